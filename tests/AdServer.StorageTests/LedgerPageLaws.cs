using AdServer.Events;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>
/// The ledger is compared page by page while a server goes on: what is wrong is found whatever a page holds, what only comes between two pages
/// is no difference, and a day is put right while events arrive for it.
/// </summary>
public abstract class LedgerPageLaws : IAsyncLifetime
{
    private static readonly string[] Ads = ["a1", "a10", "a2", "b", "c"];

    private readonly TestEngine engine;

    private protected LedgerPageLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(14)]
    [InlineData(1000)]
    public async Task Whatever_is_spoiled_is_found_on_pages_of_any_size_and_mended(int mostKeys)
    {
        await FillAsync();
        Assert.Empty(await FindAsync(mostKeys));

        await engine.SpoilAdRowAsync("a1");
        await engine.SpoilPackageRowsAsync("a10");
        await engine.DeleteRowsAsync("a2");
        await engine.AddStrangeRowsAsync("d", "p1");
        await engine.SpoilBucketsAsync("c");
        Assert.Equal(
            [
                "a1 DailyAdStats", "a10 DailyPackageStats x", "a10 DailyPackageStats y", "a2 DailyAdStats", "a2 DailyPackageStats x",
                "a2 DailyPackageStats y", "c EventsByDay x", "c EventsByDay y", "d DailyAdStats", "d DailyPackageStats none",
            ],
            await FindAsync(mostKeys));
        Assert.False((await engine.Ledger.ReadTotalsAsync(Today, Token))!.AreEqual);

        await engine.Ledger.RebuildDayAsync(Today, mostKeys, Token);
        Assert.Empty(await engine.VerifyAsync(mostKeys));
        Assert.Equal(new DayCounts(10, 5, 0, 0, 12340), (await engine.ReadTotalAsync()).Events);
    }

    [Fact]
    public async Task A_row_of_another_performer_is_replaced()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event());
        await engine.RollAllAsync();
        await engine.DeleteRowsAsync("a1");
        await engine.AddStrangeRowsAsync("a1", "p2");

        await engine.Ledger.RebuildDayAsync(Today, 100, Token);

        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(1, (await engine.ReadTotalAsync(new StatsQuery { PerformerId = "p1" })).Events.Events);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_and_each_is_of_one_position()
    {
        await FillAsync();
        var seen = new List<string>();
        var positions = new List<long>();
        for (var (from, isEnd) = (string.Empty, false); !isEnd;)
        {
            var page = await engine.Ledger.ReadPageAsync(Today, from, 6, Token);
            Assert.Empty(Ledger.Compare(page));
            seen.AddRange(page.Raw.AdDays.Keys.Select(key => key.AdId).Order(StringComparer.Ordinal));
            positions.Add(page.Roll);
            // What comes between two pages belongs to the next one, or to no page any more.
            await engine.AppendAsync([.. Ads.Select(ad => Event(ad, package: $"new{positions.Count}"))]);
            await engine.RollAllAsync(maxEvents: 2);
            (from, isEnd) = (page.Next ?? from, page.Next is null);
        }

        Assert.Equal(Ads, seen);
        Assert.True(positions.Count > 2);
        Assert.Equal(positions.Order(), positions);
        Assert.NotEqual(positions[0], positions[^1]);
    }

    [Fact]
    public async Task What_a_server_rolls_up_meanwhile_is_no_difference()
    {
        await FillAsync();
        var done = new TaskCompletionSource();
        var server = ReportWhileAsync(() => !done.Task.IsCompleted);

        var found = new List<string>();
        for (var round = 0; round < 6; round++)
        {
            found.AddRange(await FindAsync(mostKeys: 12));
        }

        done.SetResult();
        await server;
        Assert.Empty(found);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_day_is_rebuilt_while_events_arrive_for_it_and_none_is_lost_or_doubled()
    {
        await FillAsync();
        await engine.SpoilAdRowAsync("a1");
        await engine.SpoilPackageRowsAsync("a10");
        await engine.DeleteRowsAsync("a2");
        await engine.SpoilBucketsAsync("c");
        var done = new TaskCompletionSource();
        var server = ReportWhileAsync(() => !done.Task.IsCompleted);

        for (var round = 0; round < 3; round++)
        {
            await engine.Ledger.RebuildDayAsync(Today, 8, Token);
            await engine.SpoilAdRowAsync("b");
        }

        await engine.Ledger.RebuildDayAsync(Today, 8, Token);
        done.SetResult();
        var reported = await server;
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(15 + reported, (await engine.ReadTotalAsync()).Events.Events);
    }

    [Fact]
    public async Task A_rebuild_that_is_broken_off_anywhere_leaves_nothing_half_done()
    {
        await FillAsync();
        await engine.SpoilAdRowAsync("a1");
        await engine.DeleteRowsAsync("b");
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Ledger.RebuildDayAsync(Today, 6, stopped.Token));
        await engine.Ledger.RebuildDayAsync(Today, 6, Token);
        await engine.Ledger.RebuildDayAsync(Today, 6, Token);

        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Removed_ads_are_on_no_page()
    {
        await FillAsync();
        await engine.Catalog.RemoveAdAsync("a2", Noon, Token);
        await engine.SpoilAdRowAsync("a2");

        Assert.Empty(await engine.VerifyAsync());
        await engine.Ledger.RebuildDayAsync(Today, 6, Token);
        Assert.Empty(await engine.VerifyAsync());
        await engine.SweepAllAsync();
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(0, await engine.CountTracesAsync("a2"));
    }

    [Fact]
    public async Task A_day_of_nothing_is_equal()
    {
        Assert.Empty(await FindAsync(10));
        Assert.True((await engine.Ledger.ReadTotalsAsync(Today, Token))!.AreEqual);
        await engine.Ledger.RebuildDayAsync(Today, 10, Token);
        Assert.Empty(await engine.Ledger.ListDaysAsync(Token));
    }

    /// <summary>Of each ad two views in two packages and a click: fifteen events in rolls of four.</summary>
    private async Task FillAsync()
    {
        await engine.AddAdsAsync("p1", [.. Ads, "d"]);
        foreach (var ad in Ads)
        {
            await engine.AppendAsync(Event(ad, package: "x"), Event(ad, package: "y"), Event(ad, EventType.Click, package: "y"));
        }

        await engine.RollAllAsync(maxEvents: 4);
    }

    private async Task<List<string>> FindAsync(int mostKeys)
    {
        var found = new List<string>();
        await engine.Ledger.CheckDayAsync(
            Today,
            page => found.AddRange(Ledger.Compare(page).Select(one => $"{one.AdId} {one.Table} {one.Package}".TrimEnd())),
            Token,
            mostKeys);
        return [.. found.Order(StringComparer.Ordinal)];
    }

    /// <summary>Goes on as a server does; says how many events were reported.</summary>
    private Task<int> ReportWhileAsync(Func<bool> isWanted) => Task.Run(async () =>
    {
        var reported = 0;
        while (isWanted())
        {
            await engine.AppendAsync([.. Ads.Select(ad => Event(ad, package: reported % 3 == 0 ? "x" : $"z{reported % 7}"))]);
            await engine.RollAllAsync(maxEvents: 3);
            reported += Ads.Length;
        }

        return reported;
    });
}

/// <summary>The laws of pages on SQLite.</summary>
public sealed class SqliteLedgerPageLaws() : LedgerPageLaws(new SqliteEngine());

/// <summary>The laws of pages on MongoDB.</summary>
public sealed class MongoLedgerPageLaws() : LedgerPageLaws(new Mongo.MongoEngine());
