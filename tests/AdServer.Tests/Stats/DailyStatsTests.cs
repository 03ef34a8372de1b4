using System.Text.Json;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>The daily series: a row a day, so that a chart needs one request.</summary>
public sealed class DailyStatsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Today = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private AdServerHost host = null!;
    private Portal portal = null!;
    private Sdk sdk = null!;
    private string performerId = null!;
    private IReadOnlyList<string> ads = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        (portal, sdk) = (new Portal(host), new Sdk(host));
        performerId = await portal.SignUpAsync();
        ads = await portal.AddAdsAsync(2);
        await sdk.ReportsAsync(ads[0], seconds: 4, at: Today.AddDays(-4));
        await sdk.ReportsAsync(ads[0], "click", at: Today.AddDays(-4));
        await sdk.ReportsAsync(ads[0], "skip", at: Today.AddDays(-1));
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await sdk.ReportsAsync(ads[0], seconds: 1, at: Today.AddDays(-1));
        await sdk.ReportsAsync(ads[1], "exit", at: Today);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Without_a_range_the_days_with_data_and_those_between_are_shown()
    {
        var answer = await portal.ReadAsync($"/ads/{ads[0]}/stats/daily");

        Assert.Equal(ads[0], answer.Text("adId"));
        Assert.Equal(["2026-11-17 1 1 0 0", "2026-11-18 0 0 0 0", "2026-11-19 0 0 0 0", "2026-11-20 1 0 1 0"], Days(answer));
        var totals = answer.GetProperty("totals");
        Assert.Equal((4, 2, 1, 1, 0), (totals.Number("events"), totals.Number("views"), totals.Number("clicks"), totals.Number("skips"), totals.Number("exits")));
        Assert.Equal((5, 2.5, 50), (totals.Number("watchDuration"), totals.Number("avgWatchDuration"), totals.Number("clickThroughRate")));
    }

    [Fact]
    public async Task A_range_is_shown_from_its_first_day_to_its_last()
    {
        var answer = await portal.ReadAsync($"/ads/{ads[0]}/stats/daily?from=2026-11-16&to=2026-11-18");

        Assert.Equal(["2026-11-16 0 0 0 0", "2026-11-17 1 1 0 0", "2026-11-18 0 0 0 0"], Days(answer));
        Assert.Equal(2, answer.GetProperty("totals").Number("events"));
    }

    [Fact]
    public async Task The_days_of_a_performer_are_the_sums_of_its_ads()
    {
        var answer = await portal.ReadAsync($"/performers/{performerId}/stats/daily?from=2026-11-20&to=2026-11-21");

        Assert.Equal(performerId, answer.Text("performerId"));
        Assert.Equal(["2026-11-20 1 0 1 0", "2026-11-21 0 0 0 1"], Days(answer));
    }

    [Fact]
    public async Task Every_number_of_a_day_is_a_number()
    {
        string[] members =
            ["avgWatchDuration", "clickThroughRate", "clicks", "date", "deliveries", "events", "exits", "revision", "skips", "views", "watchDuration"];
        var days = (await portal.ReadAsync($"/ads/{ads[0]}/stats/daily")).GetProperty("days").EnumerateArray();

        Assert.All(days, day =>
        {
            Assert.Equal(members, day.Members());
            Assert.All(members.Except(["date"]), member => Assert.Equal(JsonValueKind.Number, day.GetProperty(member).ValueKind));
        });
    }

    [Fact]
    public async Task Deliveries_are_counted_by_day()
    {
        for (var ask = 0; ask < 5; ask++)
        {
            await sdk.NextAdAsync();
        }

        await host.RestartAsync();

        var totals = (await portal.ReadAsync($"/performers/{performerId}/stats/daily?from=2026-11-21&to=2026-11-21")).GetProperty("days")[0];
        Assert.Equal(5, totals.Number("deliveries"));
    }

    [Fact]
    public async Task A_range_has_at_most_ten_years()
    {
        foreach (var path in new[] { $"/ads/{ads[0]}/stats/daily", $"/performers/{performerId}/stats/daily" })
        {
            Assert.Equal(3660, (await portal.ReadAsync($"{path}?from=2026-11-20&to=2036-11-26")).GetProperty("days").GetArrayLength());
            (await host.GetAsync($"{path}?from=2026-11-20&to=2036-11-27")).IsError(400, "Invalid date range: at most 3660 days");
        }
    }

    [Theory]
    [InlineData("from", "2026-12-01")]
    [InlineData("to", "2026-01-01")]
    public async Task An_open_range_beyond_the_data_is_the_one_day_that_was_named(string side, string day) =>
        Assert.Equal([$"{day} 0 0 0 0"], Days(await portal.ReadAsync($"/ads/{ads[0]}/stats/daily?{side}={day}")));

    [Fact]
    public async Task An_ad_without_events_has_no_days() =>
        Assert.Empty(Days(await portal.ReadAsync($"/ads/{await portal.AddAdAsync()}/stats/daily")));

    /// <summary>Each day as <c>date views clicks skips exits</c>.</summary>
    private static IEnumerable<string> Days(JsonElement answer) => answer.GetProperty("days").EnumerateArray().Select(day =>
        $"{day.Text("date")} {day.Number("views")} {day.Number("clicks")} {day.Number("skips")} {day.Number("exits")}");
}
