using AdServer.Events;
using AdServer.StorageTests.Copying;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Backups;

/// <summary>What backup and restore promise, from whatever engine to whatever engine.</summary>
public abstract class BackupLaws : IAsyncDisposable
{
    private readonly TestEngine source;
    private readonly TestEngine target;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-backups-");

    private protected BackupLaws(TestEngine source, TestEngine target) => (this.source, this.target) = (source, target);

    private string Backup => Path.Combine(folder.FullName, "backup.zip");

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await source.DisposeAsync();
        await target.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Everything_is_there_after_a_restore_and_agrees()
    {
        await CopyScene.FillAsync(source);
        var seen = await ReadSeenAsync(source);

        var backup = (await BackupRun.BackUpAsync(source, Backup)).Require();
        var restore = (await BackupRun.RestoreAsync(target, Backup)).Require();

        Assert.Contains("8 events in all", backup.Text, StringComparison.Ordinal);
        Assert.Contains("raw equals rolled up", restore.Text, StringComparison.Ordinal);
        Assert.Equal([Backup], Directory.EnumerateFiles(folder.FullName));
        StoreContents.AssertEqual(await CopyRun.ReadAsync(source), await CopyRun.ReadAsync(target));
        Assert.Equal(await source.ReadTotalAsync(), await target.ReadTotalAsync());
        Assert.Equal(seen, await ReadSeenAsync(target));
        Assert.Empty(await target.VerifyAsync());
    }

    [Fact]
    public async Task Days_without_raw_events_are_there_after_a_restore()
    {
        await CopyScene.FillAsync(source);
        await CopyScene.RemoveOldAsync(source);
        var total = await source.ReadTotalAsync();

        (await BackupRun.BackUpAsync(source, Backup)).Require();
        (await BackupRun.RestoreAsync(target, Backup)).Require();

        StoreContents.AssertEqual(await CopyRun.ReadAsync(source), await CopyRun.ReadAsync(target));
        Assert.Equal(total, await target.ReadTotalAsync());
        Assert.Equal(Today.AddDays(-49), await target.Ledger.ReadRawSinceAsync(Token));
        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Duplicate], await target.AppendAsync(Event(id: "old"), Event(id: "late")));
        Assert.Empty(await target.VerifyAsync());
    }

    [Fact]
    public async Task A_server_goes_on_where_the_backup_was_taken()
    {
        await CopyScene.FillAsync(source);
        (await BackupRun.BackUpAsync(source, Backup)).Require();
        await source.AppendAsync(Event("plain", id: "later"));
        (await BackupRun.RestoreAsync(target, Backup)).Require();

        Assert.Equal(
            [AppendOutcome.Duplicate, AppendOutcome.Duplicate, AppendOutcome.Duplicate, AppendOutcome.Stored],
            await target.AppendAsync(Event("plain", id: "of-gone"), Event("plain", id: "e1"), Event("plain", id: "tail"), Event("plain", id: "later")));
        await target.RollAllAsync();
        await target.SweepAllAsync();
        Assert.Equal(0, await target.CountTracesAsync("leaving"));
        Assert.Empty(await target.VerifyAsync());
    }

    [Fact]
    public async Task A_backup_under_load_holds_all_that_was_answered_before_and_no_half_batch()
    {
        await CopyScene.FillAsync(source);
        var load = new BackupLoad(source);
        await load.RunAsync(batches: 20, Token);
        var before = load.Answered;

        using var end = new CancellationTokenSource();
        var going = load.RunAsync(int.MaxValue, end.Token);
        var backup = await BackupRun.BackUpAsync(source, Backup);
        await end.CancelAsync();
        await going;
        backup.Require();
        (await BackupRun.RestoreAsync(target, Backup)).Require();

        var restored = (await CopyRun.ReadAsync(target)).EventIds.Where(load.IsMine).GroupBy(load.BatchOf).ToDictionary(batch => batch.Key, batch => batch.Count());
        Assert.All(restored.Values, count => Assert.Equal(BackupLoad.BatchSize, count));
        Assert.Superset(before.ToHashSet(), restored.Keys.ToHashSet());
        Assert.Subset(load.Answered.ToHashSet(), restored.Keys.ToHashSet());
        Assert.Equal(load.Answered.Count - restored.Count, await load.SendAgainAsync(target));
        Assert.Empty(await target.VerifyAsync());
    }

    [Fact]
    public async Task A_store_that_holds_something_is_refused_and_left_as_it_is()
    {
        await CopyScene.FillAsync(source);
        (await BackupRun.BackUpAsync(source, Backup)).Require();
        await target.AddAdsAsync("mine", "my-ad");
        var before = await CopyRun.ReadAsync(target);
        await target.StopAsync();

        var refusal = await BackupRun.RestoreAsync(target, Backup);

        Assert.Equal(2, refusal.ExitCode);
        Assert.Matches("Storage:Path|Name another database", refusal.Text);
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(target));
    }

    [Fact]
    public async Task An_empty_store_is_backed_up_too()
    {
        await source.OpenAsync();
        (await BackupRun.BackUpAsync(source, Backup)).Require();

        var restore = (await BackupRun.RestoreAsync(target, Backup)).Require();

        Assert.Contains("0 days, 0 events: raw equals rolled up (position 0)", restore.Text, StringComparison.Ordinal);
    }

    private static async Task<List<string>> ReadSeenAsync(TestEngine engine)
    {
        await engine.RollAllAsync();
        var sets = await engine.Serving.ReadPackageAdsAsync(Token).ToListAsync(Token);
        return [.. sets.SelectMany(set => set.AdIds, (set, ad) => $"{set.Package} {ad}").Distinct().Order(StringComparer.Ordinal)];
    }
}

/// <summary>SQLite alone.</summary>
public sealed class SqliteBackupTests() : BackupLaws(new SqliteEngine(), new SqliteEngine());
