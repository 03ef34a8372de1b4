using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The frame around every page: the menu, the banner, the keyboard.</summary>
public sealed class FrameTests(Browser browser, DemoHost demo)
{
    [Fact]
    public async Task The_first_step_of_the_keyboard_leads_to_the_content()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Desktop);
        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();

        await reader.Page.Keyboard.PressAsync("Tab");
        await Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" })).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("Enter");

        await Expect(reader.Page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
        await reader.EndAsync();
    }

    /// <summary>By keys alone, from the menu to an ad's end and back out of it.</summary>
    [Fact]
    public async Task The_keyboard_reaches_an_ad_and_its_dialog_which_keeps_it_until_Escape()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Desktop, prepare: Finds.WithoutVideosAsync);
        await Expect(reader.Heading("Overview")).ToBeVisibleAsync();
        await StepToAsync(reader, reader.Link("Ads"));
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(reader.Page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
        await StepToAsync(reader, reader.Field("Search names, performers, e-mails"));
        await reader.Page.Keyboard.TypeAsync(scene.Mark);
        await Expect(reader.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await StepToAsync(reader, reader.Link(scene.Mark));
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(reader.Heading(scene.Mark)).ToBeVisibleAsync();
        await StepToAsync(reader, reader.Button("Delete"));
        await reader.Page.Keyboard.PressAsync("Enter");

        await Expect(reader.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        Assert.True(await reader.Page.EvaluateAsync<bool>("document.querySelector('dialog').contains(document.activeElement)"));
        for (var step = 0; step < 6; step++)
        {
            await reader.Page.Keyboard.PressAsync("Tab");
            // Beyond its end is the browser's own bar, of which the page sees no more than that nothing of its own has the focus.
            Assert.True(await reader.Page.EvaluateAsync<bool>(
                "document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)"));
        }

        await reader.Page.Keyboard.PressAsync("Escape");
        await Expect(reader.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(reader.Button("Delete")).ToBeFocusedAsync();
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

    /// <summary>Presses Tab until this has the focus, as often as anybody would.</summary>
    private static async Task StepToAsync(Reader reader, ILocator aim)
    {
        const int enough = 40;
        await Expect(aim).ToBeVisibleAsync();
        for (var step = 0; step < enough; step++)
        {
            await reader.Page.Keyboard.PressAsync("Tab");
            if (await aim.EvaluateAsync<bool>("one => one === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"{enough} steps do not lead there");
    }
}
