using System.Globalization;
using AdServer.Tests.Access;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Who changed what.</summary>
public sealed class AuditPageTests(Browser browser, ClosedScene closed) : IClassFixture<ClosedScene>
{
    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_change_shows_what_differs_who_made_it_and_how_it_ended(Screen screen)
    {
        var email = ClosedScene.NewAddress();
        await closed.Scene.Closed.AddPerformerAsync(email);
        var ad = await closed.Scene.Closed.AddAdAsync(email);
        (await closed.Scene.Closed.SendAsync(ClosedHost.Root, "PUT", $"/ads/{ad}", new { adName = "<img src=x> שם" })).Has(200);

        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/audit", screen);
        var page = reader.Page;
        await page.GetByLabel("Object").SelectOptionAsync("ad");
        await page.EnterAsync("Its identity", ad);
        await page.Button("Show").ClickAsync();
        var changes = page.GetByRole(AriaRole.Region, new() { Name = "Changes" }).Locator("ol").GetByRole(AriaRole.Listitem);
        await Expect(changes).ToHaveCountAsync(2);
        Assert.Contains($"kind=ad&id={ad}", page.Url, StringComparison.Ordinal);
        await Expect(changes.First).ToContainTextAsync("Ad changed");
        await Expect(changes.First).ToContainTextAsync("Done");
        await Expect(changes.First).ToContainTextAsync("Access:BootstrapToken");
        await changes.First.GetByText("fields", new() { Exact = false }).First.ClickAsync();
        await Expect(changes.First.GetByRole(AriaRole.Row).Filter(new() { HasText = "<img src=x> שם" })).ToHaveCountAsync(1);
        await Expect(changes.First.GetByRole(AriaRole.Link, new() { Name = ad, Exact = true })).ToHaveAttributeAsync("href", $"#/ads/{ad}");
        var at = (await closed.GetAsync($"/audit?object=ad:{ad}")).GetProperty("items")[0].GetProperty("at").GetDateTimeOffset();
        await Expect(changes.First.GetByTitle(at.ToString("MMM d, yyyy, h:mm:ss tt UTC", CultureInfo.InvariantCulture)).First).ToBeVisibleAsync();
        await reader.EndAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Show everything" }).ClickAsync();
        await Expect(page.GetByLabel("Its identity")).ToHaveValueAsync(string.Empty);
    }

    [Fact]
    public async Task Pages_follow_each_other_and_the_back_button_leads_back()
    {
        var actor = await AddChangesAsync(60);
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), $"/audit?actor={actor}", Screen.Desktop);
        var page = reader.Page;
        var changes = page.GetByRole(AriaRole.Region, new() { Name = "Changes" }).Locator("ol > li");
        await Expect(changes).ToHaveCountAsync(50);
        var newest = await changes.First.InnerTextAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
        await Expect(changes).ToHaveCountAsync(10);
        await Expect(page.Heading("Changes")).ToBeFocusedAsync();
        await reader.EndAsync();
        await page.GoBackAsync();
        await Expect(changes).ToHaveCountAsync(50);
        Assert.Equal(newest, await changes.First.InnerTextAsync());
    }

    [Fact]
    public async Task What_the_filters_cannot_mean_stands_beside_them()
    {
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/audit?id=x", Screen.Desktop);
        reader.Expected.Add("400");
        await reader.Page.FaultAsync("Its identity", "Invalid objectId: give objectKind, too");
        await reader.GoAsync("/audit?from=yesterday");
        await reader.Page.FaultAsync("From (UTC day)", "Invalid from: a day such as 2026-11-21");
        await reader.GoAsync("/audit?from=2001-01-01&to=2001-01-02");
        await Expect(reader.Page.GetByText("No change is like that.")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    /// <summary>Makes so many changes by a token; its identity.</summary>
    private async Task<string> AddChangesAsync(int count)
    {
        var made = await closed.Scene.Closed.MakeAsync("administrator");
        for (var number = 0; number < count; number++)
        {
            (await closed.Scene.Closed.SendAsync(made.Text("token"), "POST", "/performers", new { name = $"P{number}", email = ClosedScene.NewAddress() })).Has(201);
        }

        return made.GetProperty("details").Text("_id");
    }
}
