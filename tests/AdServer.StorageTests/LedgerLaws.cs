using AdServer.Events;
using AdServer.Stats;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Raw events and what follows from them agree after whatever happened; where they do not, it is seen and can be mended.</summary>
public abstract class LedgerLaws : IAsyncLifetime
{
    private readonly Func<TestEngine> start;
    private readonly TestEngine engine;

    private protected LedgerLaws(Func<TestEngine> start) => engine = (this.start = start)();

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task A_spoiled_row_is_found_and_a_rebuild_mends_it()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event("a1"), Event("a2", day: -1), Event("a1", EventType.Skip, package: "y"));
        await engine.RollAllAsync(maxEvents: 2);
        Assert.Empty(await engine.VerifyAsync());

        await engine.SpoilAdRowAsync("a1");
        await engine.SpoilPackageAdsAsync("y");
        var differences = await engine.VerifyAsync();
        Assert.Contains(differences, text => text.StartsWith("2026-11-21 rows", StringComparison.Ordinal));
        Assert.Contains("(y, a1, True)", differences);

        await engine.Ledger.RebuildDayAsync(Today, 2, Token);
        await engine.Ledger.RebuildPackageAdsAsync(Token);
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(new DayCounts(2, 0, 1, 0, 2468), (await engine.ReadTotalAsync()).Events);
    }

    [Fact]
    public async Task A_rebuild_leaves_the_tail_to_the_next_roll()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event());
        await engine.RollAllAsync();
        await engine.AppendAsync(Event());

        await engine.Ledger.RebuildDayAsync(Today, 2, Token);
        Assert.Equal(2, (await engine.ReadTotalAsync()).Events.Views);
        await engine.RollAllAsync();

        Assert.Equal(2, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Every_day_with_an_event_or_a_row_is_listed_in_order()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(day: 0), Event(day: -30), Event(day: 0));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(day: -400));

        Assert.Equal([Today.AddDays(-400), Today.AddDays(-30), Today], await engine.Ledger.ListDaysAsync(Token));
    }

    [Fact]
    public Task Statistics_equal_a_count_by_hand_after_any_sequence_of_steps() => Task.Factory.StartNew(
        () => Prop.ForAll(Arb.From(LedgerModel.SomeSteps), steps => Task.Run(() => RunAsync(steps)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(30)),
        Token,
        // A thread of its own: the check waits for each run.
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async Task RunAsync(IReadOnlyList<LedgerStep> steps)
    {
        await using var fresh = start();
        await fresh.OpenAsync();
        await new LedgerModel(fresh).RunAsync(steps);
    }
}

/// <summary>The laws of the ledger on SQLite.</summary>
public sealed class SqliteLedgerLaws() : LedgerLaws(() => new SqliteEngine());

/// <summary>The laws of the ledger on MongoDB.</summary>
public sealed class MongoLedgerLaws() : LedgerLaws(() => new Mongo.MongoEngine());
