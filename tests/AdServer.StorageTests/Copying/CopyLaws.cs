using AdServer.Events;
using AdServer.Storage;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Copying;

/// <summary>What a copy promises, from whatever engine to whatever engine.</summary>
public abstract class CopyLaws : IAsyncDisposable
{
    private readonly TestEngine source;
    private readonly TestEngine target;

    private protected CopyLaws(TestEngine source, TestEngine target) => (this.source, this.target) = (source, target);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await source.DisposeAsync();
        await target.DisposeAsync();
    }

    [Fact]
    public async Task Everything_is_there_afterwards_and_agrees()
    {
        await CopyScene.FillAsync(source);
        var before = await CopyRun.ReadAsync(source);

        var run = await CopyRun.StartAsync(source, target);

        Assert.True(run.ExitCode == 0, run.Text);
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(target));
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(source));
        Assert.Empty(await target.VerifyAsync());
        Assert.Equal(await source.ReadTotalAsync(), await target.ReadTotalAsync());
    }

    [Fact]
    public async Task A_server_goes_on_where_the_source_stopped()
    {
        await CopyScene.FillAsync(source);
        Assert.Equal(0, (await CopyRun.StartAsync(source, target)).ExitCode);

        Assert.Equal(
            [AppendOutcome.Duplicate, AppendOutcome.Duplicate, AppendOutcome.Duplicate, AppendOutcome.Stored],
            await target.AppendAsync(Event("plain", id: "of-gone"), Event("plain", id: "e1"), Event("plain", id: "tail"), Event("plain", id: "new")));
        await target.RollAllAsync();
        await target.SweepAllAsync();
        Assert.Equal(0, await target.CountTracesAsync("leaving"));
        Assert.Empty(await target.VerifyAsync());
    }

    [Fact]
    public async Task Days_without_raw_events_are_carried_over_with_what_came_late_for_them_and_the_identities()
    {
        await CopyScene.FillAsync(source);
        await CopyScene.RemoveOldAsync(source);
        var before = await CopyRun.ReadAsync(source);

        var run = await CopyRun.StartAsync(source, target);

        Assert.True(run.ExitCode == 0, run.Text);
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(target));
        Assert.Empty(await target.VerifyAsync());
        Assert.Equal(await source.ReadTotalAsync(), await target.ReadTotalAsync());
        Assert.Equal(Today.AddDays(-49), await target.Ledger.ReadRawSinceAsync(Token));
        Assert.Equal(
            [AppendOutcome.Duplicate, AppendOutcome.Duplicate, AppendOutcome.Duplicate, AppendOutcome.Duplicate],
            await target.AppendAsync(Event(id: "old"), Event(id: "old-2"), Event(id: "late"), Event(id: "later")));
        Assert.False(await target.Ledger.RebuildDayAsync(Today.AddDays(-60), 10, Token));
        target.Clock.Advance(TimeSpan.FromDays(1));
        await target.RemoveOldAsync();
        Assert.Empty(await target.VerifyAsync());
        Assert.Equal(await source.ReadTotalAsync(), await target.ReadTotalAsync());
    }

    [Fact]
    public async Task A_copy_of_many_pieces_keeps_the_order_of_events()
    {
        await CopyScene.FillAsync(source);
        await CopyScene.AddEventsAsync(source, 9);
        var before = await CopyRun.ReadAsync(source);

        var run = await CopyRun.StartAsync(source, target);

        Assert.True(run.ExitCode == 0, run.Text);
        Assert.Contains("9008 events", run.Text, StringComparison.Ordinal);
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(target));
    }

    [Fact]
    public async Task A_copy_that_is_killed_after_each_step_ends_the_same()
    {
        await CopyScene.FillAsync(source);
        var before = await CopyRun.ReadAsync(source);

        var deaths = 0;
        while (!await IsFinishedAsync(writes: 1))
        {
            Assert.InRange(++deaths, 1, 60);
        }

        Assert.InRange(deaths, 17, 60);
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(target));
        Assert.Empty(await target.VerifyAsync());
        Assert.Equal(await source.ReadTotalAsync(), await target.ReadTotalAsync());
    }

    [Fact]
    public async Task A_finished_copy_is_left_alone()
    {
        await CopyScene.FillAsync(source);
        await CopyRun.StartAsync(source, target);
        await target.AppendAsync(Event("plain"));

        var again = await CopyRun.StartAsync(source, target);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("nothing was done", again.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await target.Journal.ReadLagAsync(Token)).Events);
    }

    [Fact]
    public async Task No_server_starts_on_a_copy_that_is_not_finished()
    {
        await CopyScene.FillAsync(source);
        Assert.False(await IsFinishedAsync(writes: 3));

        foreach (var access in (StorageAccess[])[StorageAccess.Serve, StorageAccess.Maintain, StorageAccess.ReadOnly, StorageAccess.CopyFrom])
        {
            await using var services = target.Open(access);
            Assert.Contains("not finished", (await Assert.ThrowsAsync<Common.StartException>(() => services.OpenStorageAsync())).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_target_with_data_of_its_own_is_refused_and_left_as_it_is()
    {
        await CopyScene.FillAsync(source);
        await target.AddAdsAsync("mine", "my-ad");
        var before = await CopyRun.ReadAsync(target);

        var refusal = await Assert.ThrowsAsync<Common.StartException>(() => CopyRun.StartAsync(source, target));

        Assert.Contains("holds data that no copy has put there", refusal.Message, StringComparison.Ordinal);
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(target));
    }

    [Fact]
    public async Task A_target_of_another_copy_is_refused()
    {
        await using var other = new SqliteEngine();
        await other.AddAdsAsync("p1", "a1");
        await CopyScene.FillAsync(source);
        await CopyRun.StartAsync(other, target);

        var refusal = await Assert.ThrowsAsync<Common.StartException>(() => CopyRun.StartAsync(source, target));

        Assert.Contains($"is a copy of sqlite:{other.File}, and this one is of", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_is_not_copied_into_itself()
    {
        await CopyScene.FillAsync(source);

        var refusal = await Assert.ThrowsAsync<Common.StartException>(() => CopyRun.StartAsync(source, source));

        Assert.Contains("name the same store", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_whose_rows_are_wrong_is_told_from_its_copy()
    {
        await CopyScene.FillAsync(source);
        await source.SpoilAdRowAsync("plain");

        var run = await CopyRun.StartAsync(source, target);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("2026-11-21, ad plain: the source has", run.Text, StringComparison.Ordinal);
        Assert.Contains("rebuild", run.Text, StringComparison.Ordinal);
    }

    /// <summary>A run that is killed after some writes; says whether it came to its end before.</summary>
    private async Task<bool> IsFinishedAsync(int writes)
    {
        try
        {
            var run = await CopyRun.StartAsync(source, target, (services, _) => MortalTarget.Put(services, writes));
            Assert.True(run.ExitCode == 0, run.Text);
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }
}

/// <summary>From SQLite to SQLite.</summary>
public sealed class SqliteToSqliteTests() : CopyLaws(new SqliteEngine(), new SqliteEngine());
