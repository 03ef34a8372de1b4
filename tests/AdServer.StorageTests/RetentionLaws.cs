using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>
/// Raw events that are old go day by day and every number stays: nothing goes before it is said since when raw events are kept, no day that does
/// not verify, no event that is not rolled up; and an identity counts nothing for thirty days more.
/// </summary>
public abstract class RetentionLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected RetentionLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddAdsAsync("p1", "a1", "a2");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task Days_that_are_old_lose_their_raw_events_and_nothing_that_is_reported()
    {
        await FillAsync();
        var before = await ReadAllAsync();
        Assert.Null(await engine.Ledger.ReadRawSinceAsync(Token));

        var retention = await engine.RemoveOldAsync();

        Assert.Null(retention.Unverified);
        Assert.Equal(Today.AddDays(-39), await engine.Ledger.ReadRawSinceAsync(Token));
        Assert.Equal((4, 2), await engine.CountRawAsync());
        Assert.Equal(before, await ReadAllAsync());
        Assert.Empty(await engine.VerifyAsync());

        await engine.ReopenAsync();
        Assert.Equal(before, await ReadAllAsync());
        Assert.Equal(Today.AddDays(-39), await engine.Ledger.ReadRawSinceAsync(Token));
    }

    [Fact]
    public async Task A_day_that_is_not_old_enough_stays_and_without_the_setting_every_day_does()
    {
        await engine.AppendAsync(Event(day: -32), Event(day: -33), Event(day: -900));
        await engine.RollAllAsync();

        await engine.RemoveOldAsync(rawDays: 0);
        Assert.Equal((3, 3), await engine.CountRawAsync());
        await engine.RemoveOldAsync();

        Assert.Equal((1, 1), await engine.CountRawAsync());
        Assert.Equal(Today.AddDays(-32), await engine.Ledger.ReadRawSinceAsync(Token));
    }

    [Fact]
    public async Task A_day_that_does_not_verify_stays_with_all_after_it_until_it_is_rebuilt()
    {
        await FillAsync();
        await engine.AppendAsync(Event("a3", day: -50), Event("a3", day: -45));
        await engine.Catalog.AddAdAsync(Ad("a3"), Token);
        await engine.RollAllAsync();
        await engine.SpoilPackageRowsAsync("a3");
        var raw = await engine.CountRawAsync();

        var retention = await engine.RemoveOldAsync();

        Assert.Equal(Today.AddDays(-50), retention.Unverified);
        Assert.Equal(Today.AddDays(-59), await engine.Ledger.ReadRawSinceAsync(Token));
        Assert.Equal(raw.Events - 3, (await engine.CountRawAsync()).Events);
        Assert.NotEmpty(await engine.VerifyAsync());

        Assert.True(await engine.Ledger.RebuildDayAsync(Today.AddDays(-50), 10, Token));
        Assert.True(await engine.Ledger.RebuildDayAsync(Today.AddDays(-45), 10, Token));
        await retention.RemoveAllAsync(Token);
        Assert.Null(retention.Unverified);
        Assert.Equal(Today.AddDays(-39), await engine.Ledger.ReadRawSinceAsync(Token));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Raw_since_is_said_before_anything_goes_and_whatever_interrupts_it_can_be_done_again()
    {
        await FillAsync();
        var before = await ReadAllAsync();
        engine.Clock.Advance(TimeSpan.FromHours(2));
        for (var calls = 1; ; calls++)
        {
            try
            {
                await engine.NewRetention(store: new MortalRetention(engine, calls)).RemoveAllAsync(Token);
                break;
            }
            catch (StoreUnavailableException)
            {
                Assert.Empty(await engine.VerifyAsync());
                Assert.Equal(before, await ReadAllAsync());
            }
        }

        Assert.Equal((4, 2), await engine.CountRawAsync());
        Assert.Equal(before, await ReadAllAsync());
    }

    [Fact]
    public async Task An_event_is_removed_only_once_its_roll_was_applied_and_what_comes_later_for_a_removed_day_counts_and_goes_too()
    {
        await FillAsync();
        await engine.RemoveOldAsync();
        var before = (await engine.ReadTotalAsync()).Events;

        await engine.AppendAsync(Event("a2", day: -60, id: "late"), Event("a2", day: -60));
        await engine.RemoveOldAsync();
        Assert.Equal(6, (await engine.CountRawAsync()).Events);
        Assert.Equal(before.Views + 2, (await engine.ReadTotalAsync()).Events.Views);
        var roll = await engine.Journal.NextRollAsync(10, Token);
        await engine.RemoveOldAsync();
        Assert.Equal(6, (await engine.CountRawAsync()).Events);

        await engine.Stats.ApplyAsync(roll!, Token);
        await engine.RemoveOldAsync();
        Assert.Equal((4, 2), await engine.CountRawAsync());
        await engine.Stats.ApplyAsync(roll!, Token);
        await engine.RemoveOldAsync();
        Assert.Equal((4, 2), await engine.CountRawAsync());
        Assert.Equal(before.Views + 2, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Event("a2", day: -60, id: "late")));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_day_that_is_deleted_before_raw_since_says_so_is_found()
    {
        await FillAsync();

        await engine.DeleteRawAsync(Today.AddDays(-59));

        Assert.NotEmpty(await engine.VerifyAsync());
        await engine.Retention.RaiseRawSinceAsync(Today.AddDays(-59), Token);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task An_event_that_is_deleted_before_its_roll_was_applied_is_missed()
    {
        await FillAsync();
        await engine.RemoveOldAsync();
        await engine.AppendAsync(Event(day: -60, id: "late"));
        var before = (await engine.ReadTotalAsync()).Events;

        await engine.DeleteRawAsync(Today.AddDays(-59));
        await engine.RollAllAsync();

        Assert.Equal(before.Views - 1, (await engine.ReadTotalAsync()).Events.Views);
    }

    [Fact]
    public async Task An_identity_counts_nothing_for_thirty_days_after_its_event_was_removed()
    {
        await engine.AppendAsync(Event(day: -60, id: "old"), Event(day: -1, id: "new"), Event(day: -60));
        await engine.RollAllAsync();
        await engine.RemoveOldAsync();
        Assert.Equal(1, (await engine.CountRawAsync()).Events);

        for (var days = 0; days < RetentionService.IdDays; days += 10)
        {
            await engine.ReopenAsync();
            Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Event(day: days, id: "old")));
            engine.Clock.Advance(TimeSpan.FromDays(days == 0 ? 9 : 10));
            await engine.RemoveOldAsync(rawDays: 90);
        }

        Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Event(day: 28, id: "old")));
        engine.Clock.Advance(TimeSpan.FromDays(2));
        await engine.RemoveOldAsync(rawDays: 90);
        Assert.Equal([AppendOutcome.Stored, AppendOutcome.Duplicate], await engine.AppendAsync(Event(day: 31, id: "old"), Event(id: "new")));
        Assert.Equal(4, (await engine.ReadTotalAsync()).Events.Views);
    }

    [Fact]
    public async Task A_removed_day_is_not_rebuilt_and_a_rebuild_of_the_package_sets_keeps_what_it_said()
    {
        await FillAsync();
        await engine.RemoveOldAsync();
        var before = await ReadAllAsync();

        Assert.False(await engine.Ledger.RebuildDayAsync(Today.AddDays(-60), 10, Token));
        Assert.True(await engine.Ledger.RebuildDayAsync(Today.AddDays(-5), 10, Token));
        await engine.Ledger.RebuildPackageAdsAsync(Token);

        Assert.Equal(before, await ReadAllAsync());
        Assert.Empty(await engine.VerifyAsync());
        Assert.Contains(("old", "a1"), await ReadPairsAsync());
    }

    [Fact]
    public async Task A_pair_that_the_rows_of_a_removed_day_say_is_missed_where_it_is_missing()
    {
        await FillAsync();
        await engine.RemoveOldAsync();

        await engine.SpoilPackageAdsAsync("old");
        Assert.Equal(["(old, a1, True)"], await engine.VerifyAsync());
        await engine.Ledger.RebuildPackageAdsAsync(Token);

        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task What_is_found_of_a_day_that_is_removed_meanwhile_means_nothing()
    {
        await FillAsync();
        await engine.Retention.RaiseRawSinceAsync(Today.AddDays(-59), Token);

        var summary = await engine.Ledger.CheckDayAsync(Today.AddDays(-60), _ => { }, Token);
        var next = await engine.Ledger.CheckDayAsync(Today.AddDays(-59), _ => { }, Token);

        Assert.Equal((false, true), (summary.IsKept, next.IsKept));
    }

    [Fact]
    public async Task Raw_since_is_never_taken_back()
    {
        await engine.Retention.RaiseRawSinceAsync(Today.AddDays(-40), Token);
        await engine.Retention.RaiseRawSinceAsync(Today.AddDays(-50), Token);
        engine.Clock.Advance(TimeSpan.FromDays(1));
        await engine.Retention.RaiseRawSinceAsync(Today.AddDays(-45), Token);

        Assert.Equal(Today.AddDays(-40), await engine.Ledger.ReadRawSinceAsync(Token));
    }

    [Fact]
    public async Task Events_go_while_others_come_and_nothing_is_lost()
    {
        for (var round = 0; round < 12; round++)
        {
            await engine.AppendAsync([.. Enumerable.Range(0, 10).Select(number => Event(day: -60 + (round % 3), id: $"e{round}-{number}"))]);
            await engine.RollAllAsync(maxEvents: 4);
        }

        engine.Clock.Advance(TimeSpan.FromHours(2));
        var removing = engine.NewRetention().RemoveAllAsync(Token);
        for (var round = 0; round < 12; round++)
        {
            Assert.Equal(120 + (2 * round), (await engine.ReadTotalAsync()).Events.Views);
            await engine.AppendAsync(Event(day: -59), Event());
            await engine.RollAllAsync();
        }

        await removing;
        await engine.RemoveOldAsync();
        Assert.Equal(144, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Equal((12, 12), await engine.CountRawAsync());
        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>Two days that are old, one that is not, and today; late events and a removed ad among them.</summary>
    private async Task FillAsync()
    {
        await engine.AppendAsync(
            Event(day: -60, id: "e1", package: "old"), Event("a2", EventType.Click, day: -60), Event(day: -60) with { Revision = 3 });
        await engine.AppendAsync(Event(day: -40, id: "e2"), Event("a2", EventType.Exit, day: -5), Event("a2", EventType.Skip, day: -40));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(id: "e3"), Event(), Event("a2", EventType.Skip, id: "e4"));
        await engine.RollAllAsync();
    }

    private async Task<string> ReadAllAsync()
    {
        var byDay = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad, StatsGroup.Day] }, Token);
        var byPackage = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Package, StatsGroup.Ad] }, Token);
        var closed = await engine.Stats.ReadAsync(LateLaws.At(DayClosing.ClosedAt(Today.AddDays(-60))), Token);
        return string.Join('\n', byDay.Rows.Concat(byPackage.Rows).Concat(closed.Rows).Append(new StatsRow(default, byDay.Total)));
    }

    private async Task<List<(string Package, string AdId)>> ReadPairsAsync() =>
        [.. await engine.Serving.ReadPackageAdsAsync(Token).SelectMany(set => set.AdIds.Select(ad => (set.Package, ad))).ToListAsync(Token)];

    /// <summary>A store that is away at its n-th call, after it has done what was asked.</summary>
    private sealed class MortalRetention(TestEngine engine, int calls) : IRetentionStore
    {
        private int left = calls;

        public async Task RaiseRawSinceAsync(UtcDay day, CancellationToken cancellation)
        {
            await engine.Retention.RaiseRawSinceAsync(day, cancellation);
            Count();
        }

        public async Task<RawRemoval> RemoveRawAsync(int slice, CancellationToken cancellation)
        {
            var removed = await engine.Retention.RemoveRawAsync(1, cancellation);
            Count();
            return removed;
        }

        public async Task<bool> RemoveIdsAsync(UtcDay before, int slice, CancellationToken cancellation)
        {
            var isMore = await engine.Retention.RemoveIdsAsync(before, 1, cancellation);
            Count();
            return isMore;
        }

        private void Count()
        {
            if (--left == 0)
            {
                throw new StoreUnavailableException("Away");
            }
        }
    }
}

/// <summary>The laws of retention on SQLite.</summary>
public sealed class SqliteRetentionLaws() : RetentionLaws(new SqliteEngine());

/// <summary>The laws of retention on MongoDB.</summary>
public sealed class MongoRetentionLaws() : RetentionLaws(new Mongo.MongoEngine());
