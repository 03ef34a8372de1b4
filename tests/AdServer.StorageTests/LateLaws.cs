using AdServer.Events;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>
/// What comes after its day was closed changes the day's row, and a revision says by how much: the row without its revisions is the day as it was
/// closed, for ever, whatever is repeated, interrupted or derived again.
/// </summary>
public abstract class LateLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected LateLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sums_up_to_a_time_have_what_had_arrived_by_then_of_days_that_were_closed_by_then(bool rolled)
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event(watched: 10), Event("a2", EventType.Click), Event(day: 1));
        await engine.AppendAsync(Late(1, EventType.Skip), Late(3, watched: 5), Late(3, watched: 7), Event("a2", day: -1) with { Revision = 26 });
        await (rolled ? engine.RollAllAsync() : Task.CompletedTask);

        Assert.Equal(new DayCounts(5, 1, 1, 0, 10 + 12 + 1234 + 1234), (await engine.ReadTotalAsync()).Events);
        Assert.Equal(default, await UpToAsync(DayClosing.ClosedAt(Today.AddDays(-1))));
        Assert.Equal(default, await UpToAsync(DayClosing.ClosedAt(Today).AddMilliseconds(-1)));
        Assert.Equal(new DayCounts(1, 1, 0, 0, 10), await UpToAsync(DayClosing.ClosedAt(Today)));
        Assert.Equal(new DayCounts(1, 1, 1, 0, 10), await UpToAsync(DayClosing.ClosedAt(Today, 1)));
        Assert.Equal(new DayCounts(2, 1, 1, 0, 1244), await UpToAsync(DayClosing.ClosedAt(Today, 2)));
        Assert.Equal(new DayCounts(4, 1, 1, 0, 1256), await UpToAsync(DayClosing.ClosedAt(Today, 3)));
        Assert.Equal(new DayCounts(5, 1, 1, 0, 2490), await UpToAsync(DayClosing.ClosedAt(Today.AddDays(1))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_carries_its_highest_revision_and_up_to_a_time_the_highest_by_then(bool rolled)
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event(), Late(2), Late(7), Event("a2"), Event("a1", day: -1));
        await (rolled ? engine.RollAllAsync() : Task.CompletedTask);
        StatsGroup[] groups = [StatsGroup.Ad, StatsGroup.Day];

        Assert.Equal(["a1/2026-11-20:0", "a1/2026-11-21:7", "a2/2026-11-21:0"], await ReadRevisionsAsync(new StatsQuery { GroupBy = groups }));
        Assert.Equal(["2026-11-20/:0", "2026-11-21/:7"], await ReadRevisionsAsync(new StatsQuery { GroupBy = [StatsGroup.Day], PerformerId = "p1" }));
        Assert.Equal(
            ["a1/2026-11-20:0", "a1/2026-11-21:2", "a2/2026-11-21:0"],
            await ReadRevisionsAsync(At(DayClosing.ClosedAt(Today, 6), new StatsQuery { GroupBy = groups })));
    }

    [Fact]
    public async Task A_roll_that_is_applied_again_after_any_interruption_changes_no_revision()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(), Late(1), Late(2));

        var before = await engine.Journal.NextRollAsync(10, Token);
        await engine.ReopenAsync();
        var after = await engine.Journal.NextRollAsync(10, Token);
        await Task.WhenAll(engine.Stats.ApplyAsync(before!, Token), engine.Stats.ApplyAsync(after!, Token));
        engine.Clock.Advance(TimeSpan.FromDays(3));
        await engine.ReopenAsync();
        await engine.Stats.ApplyAsync(before!, Token);

        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(1, (await UpToAsync(DayClosing.ClosedAt(Today))).Views);
        Assert.Equal(2, (await UpToAsync(DayClosing.ClosedAt(Today, 1))).Views);
    }

    [Fact]
    public async Task Sums_up_to_a_time_are_the_same_at_every_moment_however_much_comes_later()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(watched: 1), Late(1, watched: 2), Late(4));
        var (closed, first) = (new DayCounts(1, 0, 0, 0, 1), new DayCounts(2, 0, 0, 0, 3));
        for (var round = 0; round < 15; round++)
        {
            await engine.AppendAsync([.. Enumerable.Range(0, 10).Select(number => Late(2 + (number % 3), (EventType)(number % 4)))]);
            var rolling = engine.RollAllAsync(maxEvents: 3);
            do
            {
                Assert.Equal(closed, await UpToAsync(DayClosing.ClosedAt(Today)));
                Assert.Equal(first, await UpToAsync(DayClosing.ClosedAt(Today, 1)));
            }
            while (!rolling.IsCompleted);
            await rolling;
        }

        Assert.Equal(153, (await UpToAsync(DayClosing.ClosedAt(Today, 4))).Events);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Pages_of_sums_up_to_a_time_join_to_the_whole()
    {
        string[] ads = ["a1", "a2", "a3", "a4", "a5"];
        await engine.AddAdsAsync("p1", ads);
        await engine.AppendAsync([.. ads.Select(ad => Event(ad)), .. ads.Select(ad => Event(ad, EventType.Click) with { Revision = 1 })]);
        await engine.RollAllAsync(4);
        await engine.AppendAsync([.. ads.Select(ad => Event(ad) with { Revision = 1 })]);

        var rows = new List<string>();
        for (var query = At(DayClosing.ClosedAt(Today), new StatsQuery { GroupBy = [StatsGroup.Ad], Limit = 2 }); ;)
        {
            var view = await engine.Stats.ReadAsync(query, Token);
            Assert.Equal(5, view.Total.Events.Events);
            rows.AddRange(view.Rows.Take(2).Select(row => $"{row.Key.First}:{row.Measures.Events.Events}"));
            if (view.Rows.Count < 3)
            {
                break;
            }

            query = query with { After = view.Rows[1].Key };
        }

        Assert.Equal(ads.Select(ad => $"{ad}:1"), rows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_spoiled_revision_is_found_and_a_rebuild_mends_it(int mostKeys)
    {
        await engine.AddAdsAsync("p1", "a1", "a2", "d");
        await engine.AppendAsync(Event(), Late(1), Late(2), Event("a2") with { Revision = 3 });
        await engine.RollAllAsync(2);
        Assert.Empty(await engine.VerifyAsync(mostKeys));

        await engine.SpoilRevisionsAsync("a1");
        await engine.DeleteRevisionsAsync("a2");
        await engine.AddStrangeRevisionAsync("d", "p1");
        Assert.Equal(["a1 1", "a1 2", "a2 3", "d 9"], await FindAsync(mostKeys));

        await engine.AppendAsync(Late(2));
        await engine.Ledger.RebuildDayAsync(Today, mostKeys, Token);
        Assert.Empty(await engine.VerifyAsync(mostKeys));
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync(mostKeys));
        Assert.Equal(1, (await UpToAsync(DayClosing.ClosedAt(Today))).Views);
        Assert.Equal(4, (await UpToAsync(DayClosing.ClosedAt(Today, 2))).Views);
    }

    [Fact]
    public async Task Of_a_removed_ad_no_revision_is_left_and_none_is_shown()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event(), Late(1), Event("a2") with { Revision = 1 });
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);

        Assert.Equal(default, await UpToAsync(DayClosing.ClosedAt(Today)));
        Assert.Equal(1, (await UpToAsync(DayClosing.ClosedAt(Today, 1))).Views);
        await engine.AppendAsync(Late(2));
        await engine.RollAllAsync();
        await engine.SweepAllAsync();
        Assert.Equal(0, await engine.CountTracesAsync("a1"));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_day_with_a_revision_and_nothing_else_is_listed()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AddStrangeRevisionAsync("a1", "p1");

        Assert.Equal([Today], await engine.Ledger.ListDaysAsync(Token));
        await engine.Ledger.RebuildDayAsync(Today, 10, Token);
        Assert.Empty(await engine.Ledger.ListDaysAsync(Token));
    }

    /// <summary>A question about a time, asked at that time.</summary>
    internal static StatsQuery At(DateTimeOffset time, StatsQuery? query = null) => (query ?? new StatsQuery()).At(time, time);

    private static AdEvent Late(int revision, EventType type = EventType.View, long watched = 1234) => Event(type: type, watched: watched) with { Revision = revision };

    private async Task<DayCounts> UpToAsync(DateTimeOffset time) => (await engine.ReadTotalAsync(At(time))).Events;

    private async Task<List<string>> ReadRevisionsAsync(StatsQuery query) =>
        [.. (await engine.Stats.ReadAsync(query, Token)).Rows.Select(row => $"{row.Key.First}/{row.Key.Second}:{row.Measures.Revision}")];

    private async Task<List<string>> FindAsync(int mostKeys)
    {
        var found = new List<string>();
        await engine.Ledger.CheckDayAsync(
            Today, page => found.AddRange(Ledger.Compare(page).Where(one => one.Table == LedgerTable.DailyAdRevisions).Select(one => $"{one.AdId} {one.Revision}")), Token, mostKeys);
        return found;
    }
}

/// <summary>The laws of late events on SQLite.</summary>
public sealed class SqliteLateLaws() : LateLaws(new SqliteEngine());

/// <summary>The laws of late events on MongoDB.</summary>
public sealed class MongoLateLaws() : LateLaws(new Mongo.MongoEngine());
