using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>A roll goes into the file in two halves, and a server may end between them: the first half counts nowhere, and all of it once.</summary>
public sealed class SqliteRollTests : IAsyncLifetime
{
    private static readonly DayCounts Expected = new(2, 1, 0, 0, 2468);

    private readonly SqliteEngine engine = new();
    private Roll roll = null!;

    public async ValueTask InitializeAsync()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event("a1"), Event("a2"), Event("a1", type: EventType.Click));
        roll = (await engine.Journal.NextRollAsync(10, Token))!;
        Assert.True(await PrepareAsync());
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task The_first_half_counts_nowhere_and_after_a_death_the_roll_counts_once()
    {
        await AssertAgreesAsync();

        await engine.ReopenAsync();
        await AssertAgreesAsync();
        await engine.RollAllAsync();

        await AssertAgreesAsync();
        Assert.Equal((3, 1), await engine.CountRawAsync());
        Assert.False(await PrepareAsync());
    }

    [Fact]
    public async Task A_rebuild_between_the_halves_takes_nothing_from_the_roll()
    {
        Assert.True(await engine.Ledger.RebuildDayAsync(Today, 100, Token));
        await engine.Ledger.RebuildPackageAdsAsync(Token);
        await AssertAgreesAsync();

        Assert.True(await ApplyAsync());

        await AssertAgreesAsync();
        Assert.Equal((3, 1), await engine.CountRawAsync());
    }

    [Fact]
    public async Task Of_an_ad_that_is_removed_between_the_halves_nothing_is_left()
    {
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        await engine.SweepAllAsync();

        Assert.True(await ApplyAsync());
        Assert.Equal(0, await engine.Database.ReadAsync(
            session => session.Number("""SELECT count(*) FROM events_by_day WHERE instr(events, '"a1"') > 0"""), Token));
        await engine.SweepAllAsync();

        Assert.Equal(0, await engine.CountTracesAsync("a1"));
        Assert.Equal(new DayCounts(1, 0, 0, 0, 1234), (await engine.ReadTotalAsync()).Events);
        Assert.Empty(await engine.VerifyAsync());
        Assert.Empty(await engine.Ledger.ComparePackageAdsAsync(Token));
    }

    [Fact]
    public async Task Two_that_apply_it_at_once_count_it_once()
    {
        Assert.True(await PrepareAsync());
        Assert.True(await ApplyAsync());
        Assert.False(await ApplyAsync());

        await AssertAgreesAsync();
        Assert.Equal((3, 1), await engine.CountRawAsync());
    }

    [Fact]
    public async Task Parts_of_another_division_are_replaced()
    {
        await engine.RunAsync("INSERT INTO events_by_day SELECT date, roll, 2, events, created_at FROM events_by_day");

        await engine.RollAllAsync();

        await AssertAgreesAsync();
        Assert.Equal((3, 1), await engine.CountRawAsync());
    }

    [Fact]
    public async Task The_first_half_again_puts_right_what_became_of_it()
    {
        await engine.SpoilBucketsAsync("a1");

        await engine.RollAllAsync();

        await AssertAgreesAsync();
    }

    private async Task AssertAgreesAsync()
    {
        Assert.Equal(Expected, (await engine.ReadTotalAsync()).Events);
        Assert.Empty(await engine.VerifyAsync());
        Assert.Empty(await engine.Ledger.ComparePackageAdsAsync(Token));
    }

    private Task<bool> PrepareAsync() => engine.Database.WriteAsync(
        SqliteLane.Roll,
        session => SqliteDerived.Prepare(session, roll, RollUp.Of(roll.Events), SqliteBuckets.Render(roll.Events), Noon),
        Token);

    private Task<bool> ApplyAsync() =>
        engine.Database.WriteAsync(SqliteLane.Roll, session => SqliteDerived.Apply(session, roll, RollUp.Of(roll.Events), Noon), Token);
}
