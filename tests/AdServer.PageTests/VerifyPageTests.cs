using System.Globalization;
using AdServer.Common;
using AdServer.Stats;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Whether raw events and what was derived from them agree, and what mends it.</summary>
public sealed class VerifyPageTests(Browser browser) : IAsyncLifetime
{
    private readonly ClosedScene closed = new();

    public ValueTask InitializeAsync() => closed.InitializeAsync();

    public ValueTask DisposeAsync() => closed.DisposeAsync();

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_row_that_was_spoiled_is_found_and_a_rebuild_mends_it(Screen screen)
    {
        var (ad, day) = await ReportAsync();
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), $"/verify?from={day}&to={day}", screen);
        var page = reader.Page;
        await Expect(page.Heading("Everything agrees")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Verify" }).Locator("dl")).ToContainTextAsync("Events compared2");
        await reader.EndAsync();

        await HostStore.SpoilAdRowsAsync(closed.Host, day);
        await page.Button("Compare").ClickAsync();
        // The page asks first: the API lets in one at a time.
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^Differences found") })).ToBeVisibleAsync();
        var found = await closed.GetAsync($"/stats/verify?from={day}&to={day}");
        await Expect(page.Heading($"Differences found: {found.Number("differenceCount")}")).ToBeVisibleAsync();
        var differences = page.GetByRole(AriaRole.Table, new() { NameRegex = new("^Differences on") });
        await Expect(differences.GetByRole(AriaRole.Row).Filter(new() { HasText = "Raw events" })).ToContainTextAsync(ad);
        await Expect(differences.GetByRole(AriaRole.Row).Filter(new() { HasText = "Daily rows" })).ToContainTextAsync("7 ≠ differs");
        await reader.EndAsync();

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Rebuild") }).ClickAsync();
        await reader.KeepAsync("-rebuild");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { NameRegex = new("^Rebuild") }).ClickAsync();
        await Expect(page.Heading("Everything agrees")).ToBeVisibleAsync();
        Assert.True((await closed.GetAsync($"/stats/verify?from={day}&to={day}")).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task While_another_one_runs_it_says_so_and_tries_again()
    {
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/verify", Screen.Desktop);
        var page = reader.Page;
        reader.Expected.Add("409");
        using (closed.Host.Get<LedgerGate>().TryEnter())
        {
            await page.Button("Compare").ClickAsync();
            await Expect(page.Alert()).ToContainTextAsync("A verification, a rebuild or a rating is running on this server. Try again when it has ended");
            await reader.EndAsync();
        }

        await page.Button("Try again").ClickAsync();
        await Expect(page.Heading("Everything agrees")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task It_says_that_it_works_and_refuses_what_is_too_long_beside_the_field()
    {
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/verify", Screen.Phone);
        var page = reader.Page;
        reader.Expected.Add("400");
        var held = new TaskCompletionSource();
        await page.RouteAsync(Reader.PathIs("/stats/verify"), async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        await page.EnterAsync("From (UTC day)", "2026-01-01");
        await page.EnterAsync("To (UTC day)", "2026-02-15");
        await page.Button("Compare").ClickAsync();
        await Expect(page.GetByText("Comparing.", new() { Exact = false })).ToBeVisibleAsync();
        await Expect(page.Button("Compare")).ToBeDisabledAsync();
        await reader.EndAsync();
        held.SetResult();
        await page.FaultAsync("To (UTC day)", "Invalid date range: at most 31 days");
        Assert.Contains("from=2026-01-01&to=2026-02-15", page.Url, StringComparison.Ordinal);
    }

    /// <summary>Two views of an ad, rolled up; the ad and the day.</summary>
    private async Task<(string Ad, string Day)> ReportAsync()
    {
        var (email, now) = (ClosedScene.NewAddress(), DateTimeOffset.UtcNow);
        await closed.Scene.Closed.AddPerformerAsync(email);
        var ad = await closed.Scene.Closed.AddAdAsync(email);
        for (var number = 0; number < 2; number++)
        {
            await new Sdk(closed.Host).ReportsAsync(ad, at: now);
        }

        await closed.Host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        return (ad, now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }
}
