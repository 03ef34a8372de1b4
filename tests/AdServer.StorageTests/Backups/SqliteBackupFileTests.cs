using AdServer.Storage.Sqlite;
using AdServer.StorageTests.Copying;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Backups;

/// <summary>Files that are there before, and runs that were killed.</summary>
public sealed class SqliteBackupFileTests : IAsyncLifetime
{
    private readonly SqliteEngine source = new();
    private readonly SqliteEngine target = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-backups-");

    private string Backup => Path.Combine(folder.FullName, "backup.zip");

    public async ValueTask InitializeAsync() => await CopyScene.FillAsync(source);

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await target.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_when_that_is_asked_for()
    {
        await File.WriteAllTextAsync(Backup, "mine", Token);

        var refusal = await BackupRun.BackUpAsync(source, Backup);
        Assert.Equal((1, "mine"), (refusal.ExitCode, await File.ReadAllTextAsync(Backup, Token)));
        Assert.Contains("is there already, and is left as it is", refusal.Text, StringComparison.Ordinal);

        (await BackupRun.BackUpAsync(source, Backup, isForced: true)).Require();
        (await BackupRun.RestoreAsync(target, Backup)).Require();
    }

    [Fact]
    public async Task A_store_with_a_row_that_cannot_be_read_is_not_backed_up_and_that_is_said()
    {
        await source.RunAsync("UPDATE daily_deliveries SET deliveries = '[1,'");

        var refusal = await BackupRun.BackUpAsync(source, Backup);

        Assert.NotEqual(0, refusal.ExitCode);
        Assert.Contains("The store is damaged (SQLite error 1)", refusal.Text, StringComparison.Ordinal);
        Assert.Empty(folder.EnumerateFiles());
    }

    [Fact]
    public async Task What_a_killed_backup_left_is_replaced()
    {
        foreach (var left in (string[])[".part", ".part.db", ".part.db-journal", ".part.db-wal", ".part.db.lock"])
        {
            await File.WriteAllTextAsync(Backup + left, "left behind by a run that was killed", Token);
        }

        (await BackupRun.BackUpAsync(source, Backup)).Require();

        Assert.Equal([Backup], folder.EnumerateFiles().Select(file => file.FullName));
        (await BackupRun.RestoreAsync(target, Backup)).Require();
    }

    [Fact]
    public async Task What_a_killed_restore_left_is_replaced()
    {
        (await BackupRun.BackUpAsync(source, Backup)).Require();
        Directory.CreateDirectory(Path.GetDirectoryName(target.File)!);
        foreach (var left in (string[])["", "-journal", "-wal", "-shm"])
        {
            await File.WriteAllTextAsync($"{target.File}.restore{left}", "left behind by a run that was killed", Token);
        }

        (await BackupRun.RestoreAsync(target, Backup)).Require();

        Assert.Equal(["adserver.db", "adserver.db.lock"], Directory.EnumerateFiles(Path.GetDirectoryName(target.File)!).Select(Path.GetFileName).Order());
        StoreContents.AssertEqual(await CopyRun.ReadAsync(source), await CopyRun.ReadAsync(target));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-journal")]
    public async Task Anything_in_the_place_of_the_store_is_left_as_it_is(string end)
    {
        (await BackupRun.BackUpAsync(source, Backup)).Require();
        Directory.CreateDirectory(Path.GetDirectoryName(target.File)!);
        await File.WriteAllTextAsync(target.File + end, "mine", Token);

        var refusal = await BackupRun.RestoreAsync(target, Backup);

        Assert.Equal((2, "mine"), (refusal.ExitCode, await File.ReadAllTextAsync(target.File + end, Token)));
        Assert.Contains($"There is something already: {target.File}{end}.", refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_wrong_in_the_store_is_found_when_it_is_restored()
    {
        await source.SpoilAdRowAsync("plain");
        (await BackupRun.BackUpAsync(source, Backup)).Require();

        var run = await BackupRun.RestoreAsync(target, Backup);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("ad plain of performer p1: daily_ad_stats says", run.Text, StringComparison.Ordinal);
        Assert.NotEmpty(await target.VerifyAsync());
    }

    [Fact]
    public async Task A_store_that_a_server_serves_is_refused()
    {
        (await BackupRun.BackUpAsync(source, Backup)).Require();
        await target.OpenAsync();

        var refusal = await BackupRun.RestoreAsync(target, Backup);

        Assert.Equal(2, refusal.ExitCode);
        Assert.Contains("is in use by another server. Stop that one first", refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_another_run_is_writing_is_left_to_it()
    {
        await using var other = new FileStream($"{Backup}.part", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

        var refusal = await BackupRun.BackUpAsync(source, Backup);

        Assert.Equal((1, true), (refusal.ExitCode, File.Exists($"{Backup}.part")));
        Assert.Contains("being used by another process", refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_copy_for_which_there_is_no_room_nothing_is_left()
    {
        var fault = await Assert.ThrowsAsync<IOException>(() => SqliteStoreFile.MakeAsync(Backup, "The store", FillAsync, Token));

        Assert.Contains($"There is no room for {Backup}", fault.Message, StringComparison.Ordinal);
        Assert.Empty(folder.EnumerateFiles());

        async Task FillAsync()
        {
            await File.WriteAllTextAsync($"{Backup}-journal", "left by the engine", Token);
            using var session = SqliteSession.Open(Backup, readOnly: false);
            session.Execute("PRAGMA max_page_count=2; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))");
        }
    }
}
