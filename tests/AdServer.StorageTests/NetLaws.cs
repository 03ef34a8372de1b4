using AdServer.Events;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>
/// What counts as invalid traffic is stored and counted like any other event, and its reason says by how much net counts are smaller, whatever
/// is repeated, interrupted or derived again.
/// </summary>
public abstract class NetLaws : IAsyncLifetime
{
    private static readonly StatsQuery Net = new() { Traffic = TrafficChoice.Net };

    private readonly TestEngine engine;

    private protected NetLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Net_counts_leave_out_what_has_a_flaw_and_say_how_much_for_which_reason(bool rolled)
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AddAdsAsync("p2", "b2");
        await engine.AppendAsync(Event(watched: 10), Flawed(TrafficFlaw.Robot, watched: 7), Flawed(TrafficFlaw.Robot, EventType.Click), Flawed(TrafficFlaw.Rate));
        await engine.AppendAsync(
            Flawed(TrafficFlaw.NotDelivered, ad: "b2") with { IsOtherPackage = true },
            Flawed(TrafficFlaw.Repeat, EventType.Skip, "b2") with { PackageName = "y", Day = Today.AddDays(-1) },
            Flawed(TrafficFlaw.ImpossibleWatch, EventType.Exit, "b2") with { Revision = 3 },
            Event("b2", EventType.Click, package: "y", performerId: "p2"));
        await (rolled ? engine.RollAllAsync() : Task.CompletedTask);

        var all = await engine.ReadTotalAsync(Net);
        Assert.Equal(new DayCounts(1, 1, 0, 0, 10), all.Events);
        Assert.Equal(new DayCounts(1, 1, 0, 0, 7), all.Invalid!.Robot);
        Assert.Equal(new InvalidResponse(2, 1, 1, 1, 1), InvalidResponse.Of(all.Invalid, counts => counts.Events));
        Assert.Equal(["a1: 1 of 4", "b2: 1 of 4"], await ReadAsync(StatsGroup.Ad));
        Assert.Equal(["(other): 0 of 1", "com.example.app: 1 of 5", "y: 1 of 2"], await ReadAsync(StatsGroup.Package));
        Assert.Equal(["2026-11-20: 0 of 1", "2026-11-21: 2 of 7"], await ReadAsync(StatsGroup.Day));
        Assert.Equal(["y: 1 of 2"], await ReadAsync(StatsGroup.Package, Net with { PackageName = "y" }));
        Assert.Equal(["p2: 1 of 4"], await ReadAsync(StatsGroup.Performer, Net with { PerformerId = "p2" }));
        Assert.Equal(["b2: 1 of 3"], await ReadAsync(StatsGroup.Ad, Net with { AdId = "b2", From = Today, To = Today }));
        Assert.Null((await engine.ReadTotalAsync()).Invalid);
        Assert.Equal(8, (await engine.ReadTotalAsync()).Events.Events);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task What_rating_anew_needs_is_read_as_it_was_written()
    {
        var written = Flawed(TrafficFlaw.ImpossibleWatch) with { EventId = "e", UserAgent = "Dalvik/2.1.0 (Linux; \U0001F600)", DeviceId = "d" };
        await engine.AppendAsync(written, Event());

        Assert.Equal([written, Event()], (await engine.Journal.NextRollAsync(10, Token))!.Events);
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_roll_that_is_applied_again_after_any_interruption_leaves_nothing_out_twice()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(), Flawed(TrafficFlaw.Robot), Flawed(TrafficFlaw.Repeat));

        var before = await engine.Journal.NextRollAsync(10, Token);
        await engine.ReopenAsync();
        var after = await engine.Journal.NextRollAsync(10, Token);
        await Task.WhenAll(engine.Stats.ApplyAsync(before!, Token), engine.Stats.ApplyAsync(after!, Token));
        await engine.ReopenAsync();
        await engine.Stats.ApplyAsync(before!, Token);

        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(1, (await engine.ReadTotalAsync(Net)).Events.Views);
    }

    [Fact]
    public async Task Net_counts_are_the_same_at_every_moment_of_a_roll()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event());
        for (var round = 0; round < 15; round++)
        {
            await engine.AppendAsync([.. Enumerable.Range(1, 10).Select(number => Flawed((TrafficFlaw)(1 + (number % 5)), (EventType)(number % 4)))]);
            var rolling = engine.RollAllAsync(maxEvents: 3);
            do
            {
                var net = await engine.ReadTotalAsync(Net);
                Assert.Equal(new DayCounts(1, 0, 0, 0, 1234), net.Events);
                Assert.Equal(10 * (round + 1), net.Invalid!.All.Events);
            }
            while (!rolling.IsCompleted);
            await rolling;
        }

        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Pages_of_net_counts_join_to_the_whole()
    {
        string[] ads = ["a1", "a2", "a3", "a4", "a5"];
        await engine.AddAdsAsync("p1", ads);
        await engine.AppendAsync([.. ads.Select(ad => Event(ad)), .. ads.Select(ad => Flawed(TrafficFlaw.Robot, ad: ad))]);
        await engine.RollAllAsync(4);
        await engine.AppendAsync([.. ads.Select(ad => Flawed(TrafficFlaw.Rate, ad: ad))]);

        var rows = new List<string>();
        for (var query = Net with { GroupBy = [StatsGroup.Ad], Limit = 2 }; ;)
        {
            var view = await engine.Stats.ReadAsync(query, Token);
            Assert.Equal((5, 10), (view.Total.Events.Events, view.Total.Invalid!.All.Events));
            rows.AddRange(view.Rows.Take(2).Select(row => $"{row.Key.First}:{row.Measures.Events.Events}:{row.Measures.Invalid!.All.Events}"));
            if (view.Rows.Count < 3)
            {
                break;
            }

            query = query with { After = view.Rows[1].Key };
        }

        Assert.Equal(ads.Select(ad => $"{ad}:1:2"), rows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_spoiled_row_of_invalid_traffic_is_found_and_a_rebuild_mends_it(int mostKeys)
    {
        await engine.AddAdsAsync("p1", "a1", "a2", "d");
        await engine.AppendAsync(Event(), Flawed(TrafficFlaw.Robot), Flawed(TrafficFlaw.Rate), Flawed(TrafficFlaw.Repeat, ad: "a2"));
        await engine.RollAllAsync(2);
        Assert.Empty(await engine.VerifyAsync(mostKeys));

        await engine.SpoilInvalidAsync("a1");
        await engine.DeleteInvalidAsync("a2");
        await engine.AddStrangeInvalidAsync("d", "p1");
        Assert.Equal(["a1 Robot", "a1 Rate", "a2 Repeat", "d NotDelivered"], await FindAsync(mostKeys));

        await engine.AppendAsync(Flawed(TrafficFlaw.Rate));
        await engine.Ledger.RebuildDayAsync(Today, mostKeys, Token);
        Assert.Empty(await engine.VerifyAsync(mostKeys));
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync(mostKeys));
        Assert.Equal((1, 4), ((await engine.ReadTotalAsync(Net)).Events.Events, (await engine.ReadTotalAsync(Net)).Invalid!.All.Events));
    }

    [Fact]
    public async Task Of_a_removed_ad_no_invalid_traffic_is_left_and_none_is_shown()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event(), Flawed(TrafficFlaw.Robot), Flawed(TrafficFlaw.Robot, ad: "a2"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);

        Assert.Equal(1, (await engine.ReadTotalAsync(Net)).Invalid!.All.Events);
        await engine.AppendAsync(Flawed(TrafficFlaw.Rate));
        await engine.RollAllAsync();
        await engine.SweepAllAsync();
        Assert.Equal(0, await engine.CountTracesAsync("a1"));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_day_with_invalid_traffic_that_no_event_knows_and_nothing_else_is_listed_and_mended()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AddStrangeInvalidAsync("a1", "p1");

        Assert.Equal([Today], await engine.Ledger.ListDaysAsync(Token));
        await engine.Ledger.RebuildDayAsync(Today, 10, Token);
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(0, (await engine.ReadTotalAsync(Net)).Events.Events);
    }

    private static AdEvent Flawed(TrafficFlaw flaw, EventType type = EventType.View, string ad = "a1", long watched = 1234) =>
        Event(ad, type, watched: watched, performerId: ad == "b2" ? "p2" : "p1") with { Flaw = flaw };

    /// <summary>Each row: what is left of how much.</summary>
    private async Task<List<string>> ReadAsync(StatsGroup group, StatsQuery? query = null) =>
        [.. (await engine.Stats.ReadAsync((query ?? Net) with { GroupBy = [group] }, Token)).Rows.Select(row =>
            $"{row.Key.First}: {row.Measures.Events.Events} of {row.Measures.Events.Events + (row.Measures.Invalid?.All.Events ?? 0)}")];

    private async Task<List<string>> FindAsync(int mostKeys)
    {
        var found = new List<string>();
        await engine.Ledger.CheckDayAsync(
            Today, page => found.AddRange(Ledger.Compare(page).Where(one => one.Table == LedgerTable.DailyInvalidStats).Select(one => $"{one.AdId} {one.Class}")), Token, mostKeys);
        return found;
    }
}

/// <summary>The laws of net counts on SQLite.</summary>
public sealed class SqliteNetLaws() : NetLaws(new SqliteEngine());

/// <summary>The laws of net counts on MongoDB.</summary>
public sealed class MongoNetLaws() : NetLaws(new Mongo.MongoEngine());
