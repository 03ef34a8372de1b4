using System.Globalization;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Statistics while the API refuses, is away or slow, and for readers in other zones and languages.</summary>
public sealed class StatsAccidentTests(Browser browser, DemoHost demo)
{
    private const int Refresh = 16_000;

    private static readonly string From = Day(-8);
    private static readonly string To = Day(-2);

    [Fact]
    public async Task Numbers_stay_while_the_API_refuses_or_is_away_and_it_goes_on_by_itself()
    {
        var path = $"/ads/{await AnAdAsync()}/stats";
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"{path}?from={From}&to={To}", Screen.Phone, prepare: reader => reader.Page.Clock.InstallAsync());
        var rows = reader.Table("Days").Locator("tbody tr");
        var alert = reader.Page.GetByRole(AriaRole.Alert);
        await Expect(rows).ToHaveCountAsync(7);

        await reader.FailAsync($"{path}/daily", 429, "Too many requests", ("Retry-After", "20"));
        await reader.Page.Clock.FastForwardAsync(Refresh);
        await Expect(alert).ToContainTextAsync("It goes on by itself in 20 s");
        await Expect(rows).ToHaveCountAsync(7);
        await reader.Page.UnrouteAllAsync();

        reader.Expected.Add("/stats/daily");
        reader.Expected.Add("ERR_FAILED");
        await reader.Page.RouteAsync(Reader.PathIs($"{path}/daily"), route => route.AbortAsync());
        await reader.Page.Clock.FastForwardAsync(21_000);
        await Expect(alert).ToContainTextAsync("The server does not answer");
        await Expect(rows).ToHaveCountAsync(7);
        await reader.Page.UnrouteAllAsync();

        await reader.Page.Clock.FastForwardAsync(Refresh);
        await Expect(alert).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    [Fact]
    public async Task Whoever_waits_long_is_told_so()
    {
        var path = $"/ads/{await AnAdAsync()}/stats";
        var answer = new TaskCompletionSource();
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"{path}?from={From}&to={To}", Screen.Desktop, prepare: async reader =>
        {
            await reader.Page.Clock.InstallAsync();
            await reader.Page.RouteAsync(Reader.PathIs($"{path}/daily"), async route =>
            {
                await answer.Task;
                await route.ContinueAsync();
            });
        });
        await Expect(reader.Page.GetByText("Loading…")).ToBeVisibleAsync();
        await reader.Page.Clock.FastForwardAsync(1600);
        await Expect(reader.Page.GetByText("The server takes its time…")).ToBeVisibleAsync();
        answer.SetResult();
        await Expect(reader.Table("Days").Locator("tbody tr")).ToHaveCountAsync(7);
        await reader.EndAsync();
    }

    /// <summary>At 11:30 UTC on the 15th it is the 16th in Auckland; at 03:30 UTC it is still the 14th in Los Angeles.</summary>
    [Theory]
    [InlineData("Pacific/Auckland", "2026-11-15T11:30:00Z", "Nov 15, 2026, 11:30 AM")]
    [InlineData("America/Los_Angeles", "2026-11-15T03:30:00Z", "Nov 15, 2026, 3:30 AM")]
    public async Task Days_are_UTC_days_wherever_the_reader_is(string zone, string instant, string clock)
    {
        var path = $"/ads/{await AnAdAsync()}/stats";
        var now = DateTime.Parse(instant, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        await using var reader = await Reader.OpenAsync(
            browser, demo.Url, path, Screen.Desktop, prepare: reader => reader.Page.Clock.SetFixedTimeAsync(now), zone: zone);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "7 days", Exact = true }).ClickAsync();
        await Expect(reader.Page.GetByLabel("From")).ToHaveValueAsync("2026-11-09");
        await Expect(reader.Page.GetByLabel("To", new() { Exact = true })).ToHaveValueAsync("2026-11-15");
        await Expect(reader.Page.GetByText("Days are UTC days")).ToContainTextAsync(clock);

        var days = (await demo.GetAsync($"{path}/daily?from=2026-11-09&to=2026-11-15")).GetProperty("days").EnumerateArray().ToList();
        var expected = days.ConvertAll(row => new[] { Written.Day(row.Text("date")), Written.Count(row, "views") });
        await Expect(reader.Table("Days").Locator("tbody tr th")).ToHaveTextAsync(expected.Select(row => row[0]));
        Assert.Equal(expected, (await reader.Table("Days").RowsAsync())[1..^1].Select(row => new[] { row[0], row[2] }));
        await reader.Page.GetByText("The same as a table").ClickAsync();
        Assert.Equal(expected, (await reader.Table("Views by UTC day").RowsAsync())[1..]);
        await reader.EndAsync();
    }

    [Fact]
    public async Task Numbers_and_days_are_written_as_the_reader_writes_them()
    {
        var query = $"groupBy=day&from={From}&to={To}";
        var totals = (await demo.GetAsync($"/stats?{query}")).GetProperty("totals");
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/stats?{query}", Screen.Desktop, locale: "de-DE");
        var foot = reader.Table("Report").Locator("tfoot");
        await Expect(foot).ToContainTextAsync(German(Written.Count(totals, "views")));
        await Expect(foot).ToContainTextAsync(German(Written.Percent(totals.Number("clickThroughRate"))));
        Assert.Contains('.', German(Written.Count(totals, "views")));
        await reader.EndAsync();
    }

    private static string German(string american) => string.Concat(american.Select(sign => sign switch { ',' => '.', '.' => ',', _ => sign }));

    private static string Day(int offset) => DateTime.UtcNow.AddDays(offset).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private async Task<string> AnAdAsync() => (await demo.GetAsync("/stats?groupBy=ad&limit=1")).GetProperty("rows")[0].Text("adId");
}
