using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Each role sees the pages that it may use. What it may do is the API's to say: the page asks it with that role's token.</summary>
public sealed class RoleTests(Browser browser, ClosedScene closed) : IClassFixture<ClosedScene>
{
    private static readonly string[] ForAdministrators = ["Tokens", "Developers", "Audit", "Verify"];

    [Theory]
    [InlineData("administrator", Screen.Desktop, true)]
    [InlineData("reviewer", Screen.Desktop, false)]
    [InlineData("analyst", Screen.Desktop, false)]
    [InlineData("administrator", Screen.Phone, true)]
    [InlineData("analyst", Screen.Phone, false)]
    public async Task The_menu_names_what_a_role_may_see(string role, Screen screen, bool isAdministrator)
    {
        var token = await closed.Scene.Closed.MakeTokenAsync(role);
        await using var reader = await OpenAsync(token, "/", screen);
        var page = reader.Page;
        await Expect(page.Heading("Overview")).ToBeVisibleAsync();
        if (screen == Screen.Phone)
        {
            await page.Button("Menu").ClickAsync();
        }

        var menu = page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" });
        foreach (var name in ForAdministrators)
        {
            await Expect(menu.GetByRole(AriaRole.Link, new() { Name = name, Exact = true })).ToHaveCountAsync(isAdministrator ? 1 : 0);
        }

        await Expect(menu.GetByRole(AriaRole.Link, new() { Name = "Overview" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_page_that_a_role_may_not_see_says_so_to_whoever_opens_its_address(Screen screen)
    {
        await using var reader = await OpenAsync(await closed.Scene.Closed.MakeTokenAsync("analyst"), "/audit", screen);
        foreach (var name in ForAdministrators)
        {
            await reader.GoAsync("/" + name.ToLowerInvariant());
            await Expect(reader.Page.Heading("Not for you")).ToBeVisibleAsync();
        }

        await Expect(reader.Page.GetByText("a token of analyst (analyst)", new() { Exact = false }).Last).ToBeVisibleAsync();
        await reader.GoAsync("/nowhere");
        await Expect(reader.Page.Heading("No such page")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task An_advertiser_sees_only_its_own_and_no_fill_rate(Screen screen)
    {
        var (own, other) = (ClosedScene.NewAddress(), ClosedScene.NewAddress());
        await closed.Scene.AddPerformerAsync(own);
        await closed.Scene.Closed.AddPerformerAsync(other);
        var (mine, theirs) = (await closed.Scene.Closed.AddAdAsync(own), await closed.Scene.Closed.AddAdAsync(other));
        var (now, sdk) = (DateTimeOffset.UtcNow, new Sdk(closed.Host));
        await sdk.ReportsAsync(mine, at: now);
        await sdk.ReportsAsync(mine, "click", at: now);
        await sdk.ReportsAsync(theirs, at: now);

        await using var reader = await closed.OpenAsync(browser, await closed.Scene.SignInAsync(own), "/", screen);
        var page = reader.Page;
        var ads = page.GetByRole(AriaRole.Region, new() { Name = "Top ads" });
        await Expect(ads.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await Expect(ads.GetByRole(AriaRole.Row).Last).ToContainTextAsync("1");
        Assert.EndsWith(mine, await ads.GetByRole(AriaRole.Link).GetAttributeAsync("href"), StringComparison.Ordinal);
        var today = page.GetByRole(AriaRole.Region, new() { Name = "Today" });
        await Expect(today.GetByRole(AriaRole.Term).Filter(new() { HasTextRegex = new("^Views") })).ToBeVisibleAsync();
        await Expect(today.GetByText("Fill rate")).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    /// <summary>Nobody signs in as reviewer or analyst: behind a proxy that adds a token people see the page as its role does.</summary>
    private Task<Reader> OpenAsync(string token, string place, Screen screen, [System.Runtime.CompilerServices.CallerMemberName] string test = "") =>
        Reader.OpenAsync(browser, closed.Url, place, screen, test: test, prepare: reader =>
            reader.Page.SetExtraHTTPHeadersAsync([new("Authorization", $"Bearer {token}")]));
}
