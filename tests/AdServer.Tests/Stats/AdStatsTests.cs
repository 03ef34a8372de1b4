using System.Text.Json;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>The statistics that the portal reads (routes 13 and 14).</summary>
public sealed class AdStatsTests : IAsyncLifetime
{
    /// <summary>A day and its neighbours, all near enough for a device's own time to count.</summary>
    private static readonly DateTimeOffset Today = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private AdServerHost host = null!;
    private Portal portal = null!;
    private Sdk sdk = null!;
    private string performerId = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        (portal, sdk) = (new Portal(host), new Sdk(host));
        performerId = await portal.SignUpAsync();
        adId = await portal.AddAdAsync(budget: "medium");
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("/api")]
    public async Task An_ad_without_events_has_numbers_everywhere(string prefix)
    {
        var stats = (await host.GetAsync($"{prefix}/ads/{adId}/stats")).Succeeds();

        Assert.Equal(adId, stats.Text("adId"));
        Assert.Equal("""{"from":null,"to":null}""", stats.GetProperty("dateRange").GetRawText());
        AssertNumbers("views 0, clicks 0, skips 0, avgWatchDuration 0, clickThroughRate 0, conversionRate 0", stats.GetProperty("adStats"));
        var row = Assert.Single((await host.GetAsync($"{prefix}/performers/{performerId}/stats")).Succeeds().GetProperty("adsStats").EnumerateArray());
        Assert.Equal(adId, row.Text("adId"));
        AssertNumbers("views 0, clicks 0, skips 0, exits 0, avgWatchDuration 0, clickThroughRate 0", row);
    }

    [Fact]
    public async Task A_reader_sees_an_event_at_once_and_the_same_numbers_after_each_roll_up()
    {
        const string Expected = "views 3, clicks 1, skips 2, exits 1, avgWatchDuration 3.83, clickThroughRate 33.33, conversionRate 50";
        await sdk.ReportsAsync(adId, seconds: 7.5);
        Assert.Equal((1, 7.5), ((await portal.AdStatsAsync(adId)).Number("views"), (await portal.AdStatsAsync(adId)).Number("avgWatchDuration")));
        await sdk.ReportsAsync(adId, "click", 100);
        Assert.Equal(1, (await portal.AdStatsAsync(adId)).Number("clicks"));
        await RollUpAsync();

        await sdk.ReportsAllAsync(
        [
            sdk.Event(adId, seconds: 1), sdk.Event(adId, seconds: 3), sdk.Event(adId, "skip", 2), sdk.Event(adId, "skip", 2), sdk.Event(adId, "exit"),
        ]);

        AssertNumbers(Expected, await portal.AdStatsAsync(adId));
        await RollUpAsync();
        AssertNumbers(Expected, await portal.AdStatsAsync(adId));
        await RollUpAsync();
        AssertNumbers(Expected, await portal.AdStatsAsync(adId));
        await host.RestartAsync();
        AssertNumbers(Expected, await portal.AdStatsAsync(adId));
    }

    [Fact]
    public async Task Each_answer_says_what_moment_and_which_position_it_is_of()
    {
        await sdk.ReportsAsync(adId);
        await RollUpAsync();
        await sdk.ReportsAsync(adId);
        host.Clock.Set(Today.AddHours(2));

        foreach (var path in new[] { $"/ads/{adId}/stats", $"/performers/{performerId}/stats", $"/ads/{adId}/stats/daily", "/stats" })
        {
            var answer = await portal.ReadAsync(path);
            Assert.Equal("2026-11-21T11:00:00.000Z", answer.Text("asOf"));
            Assert.Equal("""{"roll":1,"tail":1}""", answer.GetProperty("position").GetRawText());
        }
    }

    [Fact]
    public async Task The_range_is_echoed_as_it_was_asked()
    {
        var range = (await portal.ReadAsync($"/ads/{adId}/stats?from=2026-11-01&to=2026-11-30")).GetProperty("dateRange");

        Assert.Equal("""{"from":"2026-11-01","to":"2026-11-30"}""", range.GetRawText());
        var half = (await portal.ReadAsync($"/ads/{adId}/stats?to=2026-11-30")).GetProperty("dateRange");
        Assert.Equal("""{"from":null,"to":"2026-11-30"}""", half.GetRawText());
    }

    [Fact]
    public async Task A_performer_has_one_row_an_ad_in_order_of_creation()
    {
        var ads = (string[])[adId, .. await portal.AddAdsAsync(3)];
        await portal.SignUpAsync("bob@example.com");
        await sdk.ReportsAsync(await portal.AddAdAsync(email: "bob@example.com"));
        await sdk.ReportsAsync(ads[2], "exit");
        await sdk.ReportsAsync(ads[2], seconds: 2);
        await RollUpAsync();
        await sdk.ReportsAsync(ads[0], "skip");

        var answer = await portal.ReadAsync($"/performers/{performerId}/stats");

        var rows = answer.GetProperty("adsStats").EnumerateArray().ToList();
        Assert.Equal(performerId, answer.Text("performerId"));
        Assert.Equal(ads, rows.Select(row => row.Text("adId")));
        Assert.Equal([0, 0, 1, 0], rows.Select(row => row.Number("views")));
        Assert.Equal([1, 0, 0, 0], rows.Select(row => row.Number("skips")));
        Assert.Equal([0, 0, 1, 0], rows.Select(row => row.Number("exits")));
        Assert.Equal([0, 0, 2, 0], rows.Select(row => row.Number("avgWatchDuration")));
    }

    [Fact]
    public async Task The_portal_may_ask_for_many_days_at_once()
    {
        await sdk.ReportsAsync(adId);

        var views = await Task.WhenAll(Enumerable.Range(-20, 25).Select(async offset =>
        {
            var day = Today.AddDays(offset).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            return (await portal.AdStatsAsync(adId, $"?from={day}&to={day}")).Number("views");
        }));

        Assert.Equal(1, views.Sum());
        Assert.Equal(1, views[20]);
    }

    private Task<int> RollUpAsync() => host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);

    /// <summary>Each of the members is there and a JSON number, the one that is expected.</summary>
    private static void AssertNumbers(string expected, JsonElement stats) =>
        Assert.All(expected.Split(", ").Select(member => member.Split(' ')), member =>
        {
            Assert.Equal((member[0], JsonValueKind.Number), (member[0], stats.GetProperty(member[0]).ValueKind));
            Assert.Equal((member[0], member[1]), (member[0], stats.GetProperty(member[0]).GetRawText()));
        });
}
