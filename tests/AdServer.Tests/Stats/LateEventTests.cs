using System.Text.Json;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>
/// A day is closed at 00:10 UTC of the next one. What is reported for it later changes it, and is shown as a revision; sums up to a time stay what
/// they were.
/// </summary>
public sealed class LateEventTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private AdServerHost host = null!;
    private Portal portal = null!;
    private Sdk sdk = null!;
    private string performerId = null!;
    private IReadOnlyList<string> ads = null!;

    /// <summary>Of one ad two views in time, one in the first hour after the closing and one in the fourth; of another one in time.</summary>
    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        (portal, sdk) = (new Portal(host), new Sdk(host));
        performerId = await portal.SignUpAsync();
        ads = await portal.AddAdsAsync(2);
        await sdk.ReportsAsync(ads[0], seconds: 1);
        await sdk.ReportsAsync(ads[1], "click");
        host.Clock.Set(Midnight.AddMinutes(10).AddMilliseconds(-1));
        await sdk.ReportsAsync(ads[0], seconds: 2, at: Morning);
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        host.Clock.Set(Midnight.AddMinutes(10));
        await sdk.ReportsAsync(ads[0], seconds: 4, at: Morning);
        host.Clock.Set(Midnight.AddHours(3.5));
        await sdk.ReportsAsync(ads[0], seconds: 8, at: Morning);
        await sdk.ReportsAsync(ads[0], "skip");
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closed_day_carries_the_hour_of_its_last_late_event_and_an_open_one_nothing(bool rolled)
    {
        await (rolled ? host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken) : Task.CompletedTask);

        Assert.Equal(["2026-11-21 4 4", "2026-11-22 0 -"], Days(await portal.ReadAsync($"/ads/{ads[0]}/stats/daily")));
        Assert.Equal(["2026-11-20 0 0", "2026-11-21 0 0"], Days(await portal.ReadAsync($"/ads/{ads[1]}/stats/daily?from=2026-11-20&to=2026-11-21")));
        Assert.Equal(["2026-11-21 4 4", "2026-11-22 0 -"], Days(await portal.ReadAsync($"/performers/{performerId}/stats/daily")));
        Assert.Equal(["2026-11-21 4 4", "2026-11-22 0 -"], Days(await portal.ReadAsync("/stats?groupBy=day"), "rows"));
        Assert.Equal(
            new string[] { $"{ads[0]} 4", $"{ads[1]} 0" }.Order(),
            (await portal.ReadAsync("/stats?groupBy=day,ad&to=2026-11-21")).GetProperty("rows").EnumerateArray()
                .Select(row => $"{row.Text("adId")} {row.Number("revision")}").Order());
    }

    [Theory]
    [InlineData("2026-11-21T23:59:59Z", "2026-11-21T23:10:00.000Z", "2026-11-20", 0, 0)]
    [InlineData("2026-11-22T00:10:00Z", "2026-11-22T00:10:00.000Z", "2026-11-21", 2, 0)]
    [InlineData("2026-11-22T01:09:59.999Z", "2026-11-22T00:10:00.000Z", "2026-11-21", 2, 0)]
    [InlineData("2026-11-22T02:10%2B01:00", "2026-11-22T01:10:00.000Z", "2026-11-21", 3, 1)]
    [InlineData("2026-11-22T03:30:00Z", "2026-11-22T03:10:00.000Z", "2026-11-21", 3, 1)]
    public async Task Sums_up_to_a_time_name_their_moment_and_their_last_day(string asOf, string moment, string closed, int views, int revision)
    {
        foreach (var rolls in new[] { false, true })
        {
            await (rolls ? host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken) : Task.CompletedTask);
            var sums = await portal.ReadAsync($"/stats?adId={ads[0]}&asOf={asOf}");
            var days = await portal.ReadAsync($"/ads/{ads[0]}/stats/daily?from=2026-11-20&to=2026-11-30&asOf={asOf}");

            Assert.Equal((moment, closed), (sums.Text("asOf"), sums.Text("closedThrough")));
            Assert.Equal((moment, closed), (days.Text("asOf"), days.Text("closedThrough")));
            Assert.Equal((views, views), (sums.GetProperty("totals").Number("views"), days.GetProperty("totals").Number("views")));
            Assert.Equal(["2026-11-20 0 0", .. closed == "2026-11-20" ? Array.Empty<string>() : [$"2026-11-21 {views} {revision}"]], Days(days));
        }
    }

    [Fact]
    public async Task What_arrived_within_the_last_minute_may_not_all_be_there_yet()
    {
        host.Clock.Set(Midnight.AddHours(4).AddMinutes(11).AddMilliseconds(-1));
        Assert.Equal(3, (await ReadAsync("2026-11-22T04:10:00Z")).Number("views"));

        host.Clock.Set(Midnight.AddHours(4).AddMinutes(11));
        Assert.Equal(4, (await ReadAsync("2026-11-22T04:10:00Z")).Number("views"));
    }

    [Fact]
    public async Task Sums_up_to_a_time_stay_what_they_were_whatever_is_reported_later_or_applied_again()
    {
        var before = await ReadAsync("2026-11-22T02:00:00Z");
        await sdk.ReportsAsync(ads[0], "click", at: Morning);
        await sdk.ReportsAsync(ads[0], "click", at: Morning.AddDays(-20));
        await host.RestartAsync();
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);

        Assert.True(JsonElement.DeepEquals(before, await ReadAsync("2026-11-22T02:00:00Z")));
        Assert.Equal(2, (await portal.ReadAsync($"/stats?adId={ads[0]}")).GetProperty("totals").Number("clicks"));
        var late = (await portal.ReadAsync($"/ads/{ads[0]}/stats/daily?from=2026-11-01&to=2026-11-01")).GetProperty("days")[0];
        Assert.Equal((1, (20 * 24) + 4), (late.Number("clicks"), late.Number("revision")));
    }

    [Fact]
    public async Task Every_group_but_the_package_can_be_summed_up_to_a_time_and_has_events_alone()
    {
        const string asOf = "&asOf=2026-11-22T01:10:00Z";

        Assert.Equal([3, 0], (await RowsAsync($"groupBy=ad{asOf}")).Select(row => row.Number("views")));
        Assert.Equal([3], (await RowsAsync($"groupBy=performer{asOf}")).Select(row => row.Number("views")));
        Assert.Equal([3, 1, 0, 0], (await RowsAsync($"groupBy=eventType{asOf}")).Select(row => row.Number("events")));
        Assert.Equal([3, 1, 0, 0], (await RowsAsync($"groupBy=day,eventType{asOf}")).Select(row => row.Number("events")));
        var row = Assert.Single(await RowsAsync($"groupBy=day{asOf}"));
        Assert.Equal(
            ["avgWatchDuration", "clickThroughRate", "clicks", "date", "events", "exits", "revision", "skips", "views", "watchDuration"], row.Members());
        Assert.Equal((7, 2.33), (row.Number("watchDuration"), row.Number("avgWatchDuration")));
    }

    [Theory]
    [InlineData("yesterday", "a time such as 2026-11-21T10:10:00Z")]
    [InlineData("0001-01-01T00:00:00Z", "a time such as 2026-11-21T10:10:00Z")]
    [InlineData("2026-11-22", "a time such as 2026-11-21T10:10:00Z")]
    [InlineData("2026-11-22T03:30:00.001Z", "it lies in the future")]
    public async Task A_time_that_is_none_or_has_not_come_is_refused(string asOf, string error)
    {
        foreach (var path in new[] { "/stats?", $"/ads/{ads[0]}/stats/daily?", $"/performers/{performerId}/stats/daily?" })
        {
            (await host.GetAsync($"{path}asOf={asOf}")).IsError(400, $"Invalid asOf: {error}");
        }
    }

    [Theory]
    [InlineData("from=2026-11-22")]
    [InlineData("from=2026-11-22&to=2026-11-30")]
    [InlineData("to=1970-01-01")]
    public async Task Days_that_were_open_then_are_not_shown(string range)
    {
        var answer = await portal.ReadAsync($"/ads/{ads[0]}/stats/daily?{range}&asOf=2026-11-22T03:10:00Z");

        Assert.DoesNotContain(Days(answer), day => day.StartsWith("2026", StringComparison.Ordinal));
        Assert.Equal(0, answer.GetProperty("totals").Number("events"));
    }

    [Theory]
    [InlineData("groupBy=package")]
    [InlineData("groupBy=day,package")]
    [InlineData("packageName=com.example.game")]
    public async Task Sums_up_to_a_time_by_app_are_refused(string query) =>
        (await host.GetAsync($"/stats?{query}&asOf=2026-11-22T01:10:00Z")).IsError(
            400, "Invalid asOf: not with packageName or groupBy=package, because revisions are kept per ad and day");

    [Fact]
    public async Task Csv_has_the_revision_in_a_column_and_moment_and_last_day_in_headers()
    {
        var open = await host.GetAsync($"/ads/{ads[0]}/stats/daily?format=csv");
        var closed = await host.GetAsync("/stats?groupBy=day&asOf=2026-11-22T02:00:00Z&format=csv");

        Assert.Equal(["date,revision,events", "2026-11-21,4,4", "2026-11-22,,1"], Lines(open));
        Assert.Equal(["date,revision,events", "2026-11-21,1,4"], Lines(closed));
        Assert.Null(open.Header("X-Closed-Through"));
        Assert.Equal(("2026-11-22T01:10:00.000Z", "2026-11-21"), (closed.Header("X-As-Of"), closed.Header("X-Closed-Through")));
    }

    private static IEnumerable<string> Lines(Answer csv) => csv.Text.Split("\r\n")[..^1].Select(line => string.Join(',', line.Split(',')[..3]));

    private async Task<JsonElement> ReadAsync(string asOf) => (await portal.ReadAsync($"/stats?adId={ads[0]}&asOf={asOf}")).GetProperty("totals");

    private async Task<List<JsonElement>> RowsAsync(string query) =>
        [.. (await portal.ReadAsync($"/stats?{query}")).GetProperty("rows").EnumerateArray()];

    /// <summary>Each day as <c>date views revision</c>.</summary>
    private static IEnumerable<string> Days(JsonElement answer, string member = "days") => answer.GetProperty(member).EnumerateArray().Select(day =>
        $"{day.Text("date")} {day.Number("views")} {(day.TryGetProperty("revision", out var revision) ? revision.GetInt32() : "-")}");
}
