using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The frame around every page: the menu, the banner, the keyboard.</summary>
public sealed class FrameTests(Browser browser, DemoHost demo)
{
    [Fact]
    public async Task The_keyboard_reaches_everything_and_the_first_step_leads_to_the_content()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Desktop);
        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();

        await reader.Page.Keyboard.PressAsync("Tab");
        await Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" })).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("Enter");

        await Expect(reader.Page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task On_a_telephone_the_menu_opens_and_closes()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/nowhere", Screen.Phone);
        var overview = reader.Page.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true });
        await Expect(overview).ToBeHiddenAsync();

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await overview.ClickAsync();

        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await Expect(overview).ToBeHiddenAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_server_that_is_open_says_so_on_every_page()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/nowhere", Screen.Desktop);

        await Expect(reader.Page.GetByText("Access is open: everybody who reaches this server may do everything")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task Below_the_prefix_of_the_API_it_is_the_same_page()
    {
        await using var reader = await Reader.OpenAsync(browser, new Uri(demo.Url, "/api/"), "/", Screen.Desktop);

        await Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    /// <summary>The page, its script, its style and its icon; all else are questions to the API.</summary>
    [Fact]
    public async Task It_asks_for_few_things_and_for_nothing_of_others()
    {
        var asked = new List<string>();
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Desktop, prepare: reader =>
        {
            reader.Page.Request += (_, request) => asked.Add(request.Url);
            return Task.CompletedTask;
        });
        await Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" })).ToBeVisibleAsync();

        Assert.All(asked, url => Assert.Equal(demo.Url.Authority, new Uri(url).Authority));
        Assert.Equal(4, asked.Count(url => new Uri(url).AbsolutePath is "/" || url.Contains("/assets/", StringComparison.Ordinal)));
        await reader.EndAsync();
    }
}
