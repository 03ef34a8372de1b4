using System.Text.Json;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>Reports count every event, and net without what counts as invalid traffic, saying how much was left out for which reason.</summary>
public sealed class NetStatsTests : IAsyncLifetime
{
    private AdServerHost host = null!;
    private Portal portal = null!;
    private string performerId = null!;
    private IReadOnlyList<string> ads = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Of one ad three views, a click and a skip, two of them invalid; of another one a view from another app, also invalid.</summary>
    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        portal = new Portal(host);
        performerId = await portal.SignUpAsync();
        ads = await portal.AddAdsAsync(2);
        await host.Get<IEventJournal>().AppendAsync(
            [
                Event(ads[0]), Event(ads[0]), Event(ads[0], flaw: TrafficFlaw.Robot), Event(ads[0], EventType.Click),
                Event(ads[0], EventType.Skip, TrafficFlaw.ImpossibleWatch),
                Event(ads[1], flaw: TrafficFlaw.Repeat) with { PackageName = "com.example.other" },
            ],
            Token);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Net_counts_and_their_rates_leave_out_what_is_invalid_and_say_why(bool rolled)
    {
        await (rolled ? host.Get<RollUpService>().RollAllAsync(Token) : Task.CompletedTask);

        var ad = await portal.AdStatsAsync(ads[0], "?traffic=net");
        Assert.Equal((2, 1, 0), (ad.Number("views"), ad.Number("clicks"), ad.Number("skips")));
        Assert.Equal((10, 50, 100), (ad.Number("avgWatchDuration"), ad.Number("clickThroughRate"), ad.Number("conversionRate")));
        Assert.Equal("1 0 1 0 0", Invalid(ad));
        var rows = (await portal.ReadAsync($"/performers/{performerId}/stats?traffic=NET")).GetProperty("adsStats");
        Assert.Equal(["2 1 0 1 0 0", "0 0 0 0 1 0"], rows.EnumerateArray().Select(row => $"{row.Number("views")} {Invalid(row)}"));
    }

    [Theory]
    [InlineData("ad", "3 1 0 1 0 0|0 0 0 0 1 0")]
    [InlineData("package", "3 1 0 1 0 0|0 0 0 0 1 0")]
    [InlineData("performer", "3 1 0 1 1 0")]
    [InlineData("day", "3 1 0 1 1 0")]
    [InlineData("eventType", "2 1 0 0 1 0|1 0 0 0 0 0|0 0 0 1 0 0|0 0 0 0 0 0")]
    [InlineData("package,eventType", "2 1 0 0 0 0|1 0 0 0 0 0|0 0 0 1 0 0|0 0 0 0 0 0|0 0 0 0 1 0|0 0 0 0 0 0|0 0 0 0 0 0|0 0 0 0 0 0")]
    public async Task Every_group_can_be_asked_for_net(string groups, string expected)
    {
        await host.Get<RollUpService>().RollAllAsync(Token);

        var answer = await portal.ReadAsync($"/stats?groupBy={groups}&traffic=net");

        var rows = answer.GetProperty("rows").EnumerateArray().Select(row => $"{row.Number("events")} {Invalid(row)}");
        Assert.Equal(expected.Split('|'), groups == "ad" ? rows.OrderDescending() : rows);
        Assert.Equal("3 1 0 1 1 0", $"{answer.GetProperty("totals").Number("events")} {Invalid(answer.GetProperty("totals"))}");
    }

    [Fact]
    public async Task A_filter_holds_for_what_is_left_out_and_csv_has_a_column_for_each_reason()
    {
        Assert.Equal("0 0 0 1 0", Invalid((await portal.ReadAsync("/stats?packageName=com.example.other&traffic=net")).GetProperty("totals")));
        Assert.Equal("1 0 1 0 0", Invalid((await portal.ReadAsync($"/ads/{ads[0]}/stats/daily?traffic=net")).GetProperty("totals")));

        var csv = (await host.GetAsync("/stats?groupBy=package&format=csv&traffic=net")).Text;
        Assert.Equal(
            "packageName,events,views,clicks,skips,exits,invalidRobot,invalidNotDelivered,invalidImpossibleWatch,invalidRepeat,invalidRate,"
            + "watchDuration,avgWatchDuration,clickThroughRate,requests,fills,noFills,fillRate",
            csv.Split('\r', '\n')[0]);
        Assert.Contains("com.example.game,3,2,1,0,0,1,0,1,0,0,20,10,50,", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("invalid", (await host.GetAsync("/stats?groupBy=package&format=csv")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/stats?groupBy=ad")]
    [InlineData("/ads/{0}/stats")]
    [InlineData("/ads/{0}/stats/daily")]
    [InlineData("/performers/{1}/stats")]
    [InlineData("/performers/{1}/stats/daily")]
    public async Task Gross_is_what_was_always_answered(string path)
    {
        var asked = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, ads[0], performerId);
        var plain = (await host.GetAsync(asked)).Text;

        Assert.Equal(plain, (await host.GetAsync($"{asked}{(asked.Contains('?', StringComparison.Ordinal) ? '&' : '?')}traffic=gross")).Text);
        Assert.Equal(plain, (await host.GetAsync($"{asked}{(asked.Contains('?', StringComparison.Ordinal) ? '&' : '?')}traffic=%20")).Text);
        Assert.DoesNotContain("invalid", plain, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/stats?traffic=clean", "Invalid traffic: gross, net or verified")]
    [InlineData("/stats?traffic=gross,net", "Invalid traffic: gross, net or verified")]
    [InlineData("/stats?traffic=net,verified", "Invalid traffic: gross, net or verified")]
    [InlineData("/ads/some-id/stats?traffic=all", "Invalid traffic: gross, net or verified")]
    [InlineData("/performers/some-id/stats?traffic=0", "Invalid traffic: gross, net or verified")]
    [InlineData("/performers/some-id/stats/daily?traffic=nett", "Invalid traffic: gross, net or verified")]
    [InlineData(
        "/stats?traffic=net&asOf=2026-11-20T10:10:00Z",
        "Invalid traffic: no net or verified with asOf, because sums up to a time never change, and rating anew changes what counts as invalid")]
    public async Task What_cannot_be_meant_is_refused(string path, string error) => (await host.GetAsync(path)).IsError(400, error);

    private AdEvent Event(string adId, EventType type = EventType.View, TrafficFlaw flaw = TrafficFlaw.None) => new()
    {
        AdId = adId,
        PerformerId = performerId,
        PackageName = Sdk.Package,
        Timestamp = "now",
        Day = UtcDay.Of(host.Clock.GetUtcNow()),
        Type = type,
        WatchDuration = 10_000,
        Flaw = flaw,
        CreatedAt = host.Clock.GetUtcNow(),
    };

    private static string Invalid(JsonElement row)
    {
        var invalid = row.GetProperty("invalid");
        return string.Join(' ', ((string[])["robot", "notDelivered", "impossibleWatch", "repeat", "rate"]).Select(name => invalid.Number(name)));
    }
}
