using AdServer.Events;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>
/// Verified events without a flaw are counted apart, as a part of all events, whatever is repeated, interrupted, rated anew or derived again;
/// and a verified event is of a delivered ad for ever.
/// </summary>
public abstract class VerifiedLaws : IAsyncLifetime
{
    private static readonly StatsQuery Verified = new() { Traffic = TrafficChoice.Verified };

    private readonly TestEngine engine;

    private protected VerifiedLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verified_counts_hold_what_is_verified_and_has_no_flaw_in_the_rows_of_all_events(bool rolled)
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AddAdsAsync("p2", "b2");
        await engine.AppendAsync(Proven(watched: 10), Proven(flaw: TrafficFlaw.Robot), Event(watched: 7), Event() with { Flaw = TrafficFlaw.Rate });
        await engine.AppendAsync(
            Proven("b2", EventType.Click) with { IsOtherPackage = true },
            Proven("b2", EventType.Skip) with { PackageName = "y", Day = Today.AddDays(-1), Revision = 3 },
            Event("b2", EventType.Exit, package: "y", performerId: "p2"));
        await (rolled ? engine.RollAllAsync() : Task.CompletedTask);

        Assert.Equal(new DayCounts(1, 1, 1, 0, 10), (await engine.ReadTotalAsync(Verified)).Events);
        Assert.Equal(["a1: 1", "b2: 2"], await ReadAsync(StatsGroup.Ad));
        Assert.Equal(["(other): 1", "com.example.app: 1", "y: 1"], await ReadAsync(StatsGroup.Package));
        Assert.Equal(["2026-11-20: 1", "2026-11-21: 2"], await ReadAsync(StatsGroup.Day));
        Assert.Equal(["p2: 2"], await ReadAsync(StatsGroup.Performer, Verified with { PerformerId = "p2" }));
        Assert.Equal(["b2: 1"], await ReadAsync(StatsGroup.Ad, Verified with { AdId = "b2", From = Today, To = Today }));
        Assert.Equal(["y: 1"], await ReadAsync(StatsGroup.Package, Verified with { PackageName = "y" }));
        Assert.Null((await engine.ReadTotalAsync(Verified)).Invalid);
        Assert.Equal(7, (await engine.ReadTotalAsync()).Events.Events);
        Assert.Equal(5, (await engine.ReadTotalAsync(new StatsQuery { Traffic = TrafficChoice.Net })).Events.Events);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Where_nothing_was_verified_the_rows_are_those_of_all_events_and_say_zero()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event(), Event("a2") with { Flaw = TrafficFlaw.Robot });
        await engine.RollAllAsync();

        Assert.Equal(["a1: 0", "a2: 0"], await ReadAsync(StatsGroup.Ad));
        Assert.Equal(0, (await engine.ReadTotalAsync(Verified)).Events.Events);
    }

    [Fact]
    public async Task A_roll_that_is_applied_again_after_any_interruption_counts_nothing_twice()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(), Proven(), Proven(flaw: TrafficFlaw.Repeat));

        var before = await engine.Journal.NextRollAsync(10, Token);
        await engine.ReopenAsync();
        var after = await engine.Journal.NextRollAsync(10, Token);
        await Task.WhenAll(engine.Stats.ApplyAsync(before!, Token), engine.Stats.ApplyAsync(after!, Token));
        await engine.ReopenAsync();
        await engine.Stats.ApplyAsync(before!, Token);

        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(1, (await engine.ReadTotalAsync(Verified)).Events.Views);
    }

    [Fact]
    public async Task Verified_counts_are_the_same_at_every_moment_of_a_roll()
    {
        await engine.AddAdsAsync("p1", "a1");
        for (var round = 0; round < 10; round++)
        {
            await engine.AppendAsync([.. Enumerable.Range(0, 10).Select(number => number % 2 == 0 ? Proven(type: (EventType)(number % 4)) : Event())]);
            var rolling = engine.RollAllAsync(maxEvents: 3);
            do
            {
                Assert.Equal(5 * (round + 1), (await engine.ReadTotalAsync(Verified)).Events.Events);
            }
            while (!rolling.IsCompleted);
            await rolling;
        }

        Assert.Empty(await engine.VerifyAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_spoiled_row_of_verified_traffic_is_found_and_a_rebuild_mends_it(int mostKeys)
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event(), Proven(), Proven(), Proven("a2"));
        await engine.RollAllAsync(2);
        Assert.Empty(await engine.VerifyAsync(mostKeys));

        await engine.SpoilInvalidAsync("a1");
        await engine.DeleteInvalidAsync("a2");
        var found = new List<string>();
        await engine.Ledger.CheckDayAsync(Today, page => found.AddRange(Ledger.Compare(page).Select(one => $"{one.Table} {one.AdId} {one.Class}")), Token, mostKeys);
        Assert.Equal(["DailyInvalidStats a1 Verified", "DailyInvalidStats a2 Verified"], found);

        await engine.AppendAsync(Proven());
        await engine.Ledger.RebuildDayAsync(Today, mostKeys, Token);
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync(mostKeys));
        Assert.Equal(4, (await engine.ReadTotalAsync(Verified)).Events.Events);
    }

    /// <summary>Of two events that differ in nothing else: one is held to be of an ad that nobody handed out.</summary>
    [Fact]
    public async Task Rated_anew_a_verified_event_is_never_one_of_an_ad_that_was_not_delivered_and_stays_verified()
    {
        await engine.AddDeliveredAdsAsync();
        await engine.AppendAsync(
            Event("a2"), Proven("a2"), Proven(watched: 8000), Proven("a2", flaw: TrafficFlaw.NotDelivered),
            Proven(flaw: TrafficFlaw.Robot) with { UserAgent = "app" });
        await engine.RollAllAsync(2);
        Assert.Equal(2, (await engine.ReadTotalAsync(Verified)).Events.Events);

        Assert.Equal(
            "5: 1 None > NotDelivered, 1 None > ImpossibleWatch, 1 Robot > None, 1 NotDelivered > None", await engine.RateAsync(RatingScene.Strict));
        Assert.Equal(3, (await engine.ReadTotalAsync(Verified)).Events.Events);
        Assert.Empty(await engine.VerifyAsync());

        await engine.RateAsync(RatingScene.Mild);
        Assert.Equal((4, 5), ((await engine.ReadTotalAsync(Verified)).Events.Events, (await engine.ReadTotalAsync()).Events.Events));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task An_erased_device_leaves_its_events_verified()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Proven() with { DeviceId = "d" }, Proven());
        await engine.RollAllAsync();

        await engine.Devices.Erase("d").StepAsync(Token);

        Assert.Equal(2, (await engine.ReadTotalAsync(Verified)).Events.Events);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Of_a_removed_ad_no_verified_event_is_left_and_none_is_shown()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Proven(), Proven("a2"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);

        Assert.Equal(["a2: 1"], await ReadAsync(StatsGroup.Ad));
        await engine.SweepAllAsync();
        Assert.Equal(0, await engine.CountTracesAsync("a1"));
        Assert.Empty(await engine.VerifyAsync());
    }

    private static AdEvent Proven(
        string ad = "a1", EventType type = EventType.View, TrafficFlaw flaw = TrafficFlaw.None, long watched = 1234) =>
        Event(ad, type, watched: watched, performerId: ad == "b2" ? "p2" : "p1") with { Flaw = flaw, IsVerified = true };

    private async Task<List<string>> ReadAsync(StatsGroup group, StatsQuery? query = null) =>
        [.. (await engine.Stats.ReadAsync((query ?? Verified) with { GroupBy = [group] }, Token)).Rows.Select(row => $"{row.Key.First}: {row.Measures.Events.Events}")];
}

/// <summary>The laws of verified counts on SQLite.</summary>
public sealed class SqliteVerifiedLaws() : VerifiedLaws(new SqliteEngine());

/// <summary>The laws of verified counts on MongoDB.</summary>
public sealed class MongoVerifiedLaws() : VerifiedLaws(new Mongo.MongoEngine());
