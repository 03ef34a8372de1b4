using AdServer.Commands.Backups;
using AdServer.Storage.Sqlite;
using AdServer.StorageTests.Copying;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Backups;

/// <summary>What is no whole backup is refused before anything is touched.</summary>
public sealed class BackupFileTests : IAsyncLifetime
{
    private readonly SqliteEngine source = new();
    private readonly SqliteEngine target = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-backups-");
    private byte[] whole = [];

    private string Backup => Path.Combine(folder.FullName, "backup.zip");

    public async ValueTask InitializeAsync()
    {
        await CopyScene.FillAsync(source);
        (await BackupRun.BackUpAsync(source, Backup)).Require();
        whole = await File.ReadAllBytesAsync(Backup, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await target.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_byte_that_was_changed_is_noticed_wherever_it_is()
    {
        foreach (var place in Enumerable.Range(0, 400).Select(step => (int)((long)step * whole.Length / 400)).Append(whole.Length - 1))
        {
            var bytes = whole.ToArray();
            bytes[place] ^= (byte)(1 << (place % 8));
            await RefuseAsync(bytes, place < 4 ? "is no backup" : "is damaged");
        }
    }

    [Fact]
    public void A_changed_byte_is_noticed_whatever_it_becomes() =>
        Prop.ForAll(
            (from place in Gen.Choose(0, whole.Length - 1) from change in Gen.Choose(1, 255) select (Place: place, Change: change)).ToArbitrary(),
            one =>
            {
                var bytes = whole.ToArray();
                bytes[one.Place] ^= (byte)one.Change;
                RefuseAsync(bytes, one.Place < 4 ? "is no backup" : "is damaged").GetAwaiter().GetResult();
            })
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, "is no backup.")]
    [InlineData(3, "is no backup.")]
    [InlineData(4, "is damaged or cut off")]
    [InlineData(63, "is damaged or cut off")]
    [InlineData(64, "is damaged or cut off")]
    [InlineData(1000, "is damaged or cut off")]
    [InlineData(-65, "is damaged or cut off")]
    [InlineData(-64, "is damaged or cut off")]
    [InlineData(-1, "is damaged or cut off")]
    public Task A_file_that_was_cut_off_is_refused(int length, string words) =>
        RefuseAsync(length < 0 ? whole[..^-length] : whole[..length], words);

    [Fact]
    public Task A_file_that_goes_on_after_its_end_is_refused() => RefuseAsync([.. whole, 0], "is damaged or cut off");

    [Fact]
    public async Task A_database_file_is_told_from_a_backup()
    {
        await source.StopAsync();

        await RefuseAsync(await File.ReadAllBytesAsync(source.File, Token), "is no backup but a database file. A store is used as it is, with --Storage:Path.");
    }

    [Fact]
    public async Task A_zip_of_somebody_else_is_refused()
    {
        File.Delete(Backup);
        await using (var zip = await System.IO.Compression.ZipFile.OpenAsync(Backup, System.IO.Compression.ZipArchiveMode.Create, Token))
        {
            zip.CreateEntry("store.db");
        }

        await RefuseAsync(await File.ReadAllBytesAsync(Backup, Token), "is damaged or cut off, or no backup");
    }

    [Fact]
    public Task A_newer_schema_is_refused() =>
        RefuseMadeAsync(manifest => manifest with { Schema = 99 }, _ => { }, $"was written by a newer server (schema 99; this one knows up to {SqliteSchema.Store.Version}). Restore it with that one.");

    [Fact]
    public async Task An_older_schema_is_migrated()
    {
        var made = await MakeAsync(
            manifest => manifest with { Schema = 1 },
            store => Run(store, session =>
            {
                SqliteEngine.BackToTheSeventhSchema(session);
                session.Execute(
                    "UPDATE events_by_day SET events = (SELECT json_group_array(json_remove(value, '$.revision', '$.flaw', '$.userAgent', '$.isVerified')) FROM json_each(events));"
                    + SqliteEngine.BackToTheFirstSchema);
            }));

        (await BackupRun.RestoreAsync(target, made)).Require();

        Assert.Equal(await source.ReadTotalAsync(), await target.ReadTotalAsync());
    }

    [Fact]
    public Task A_newer_format_is_refused() =>
        RefuseMadeAsync(manifest => manifest with { Version = 2 }, _ => { }, "was written by a newer server (format 2; this one knows up to 1). Restore it with that one.");

    [Fact]
    public Task Another_format_is_refused() => RefuseMadeAsync(manifest => manifest with { Format = "other" }, _ => { }, "or no backup");

    [Fact]
    public Task A_newer_store_is_refused_whatever_the_manifest_says() =>
        RefuseMadeAsync(manifest => manifest, store => Run(store, "PRAGMA user_version=99"), "was written by a newer server (schema 99");

    [Fact]
    public Task A_store_of_another_program_is_refused() =>
        RefuseMadeAsync(manifest => manifest, store => Run(store, "PRAGMA application_id=7"), "is a database of another program");

    [Fact]
    public Task A_store_that_contradicts_itself_is_refused() => RefuseMadeAsync(
        manifest => manifest,
        store => Run(store, "PRAGMA foreign_keys=OFF; DELETE FROM performers WHERE id = 'p1'"),
        "The store in the backup is damaged: a row of ads belongs to one of performers that is missing.");

    [Fact]
    public Task A_store_whose_pages_are_damaged_is_refused() =>
        RefuseMadeAsync(manifest => manifest, Spoil, "The store in the backup is damaged: ");

    [Fact]
    public async Task A_store_that_is_damaged_is_not_backed_up()
    {
        await source.StopAsync();
        Run(source.File, "PRAGMA foreign_keys=OFF; DELETE FROM performers WHERE id = 'p1'");
        File.Delete(Backup);

        var run = await BackupRun.BackUpAsync(source, Backup);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"The store {source.File} is damaged: a row of ads", run.Text, StringComparison.Ordinal);
        Assert.Empty(folder.EnumerateFiles());
    }

    private static void Run(string store, string sql) => Run(store, session => session.Execute(sql));

    private static void Run(string store, Action<SqliteSession> work)
    {
        using var session = SqliteSession.Open(store, readOnly: false);
        work(session);
    }

    private static void Spoil(string store)
    {
        var bytes = File.ReadAllBytes(store);
        Array.Fill(bytes, (byte)0x55, bytes.Length / 2, bytes.Length / 4);
        File.WriteAllBytes(store, bytes);
    }

    /// <summary>Refuses a backup that was made, with a right seal, of a store and a manifest that were changed.</summary>
    private async Task RefuseMadeAsync(Func<BackupManifest, BackupManifest> describe, Action<string> change, string words) =>
        await RefuseAsync(await File.ReadAllBytesAsync(await MakeAsync(describe, change), Token), words);

    private async Task<string> MakeAsync(Func<BackupManifest, BackupManifest> describe, Action<string> change)
    {
        var (store, made) = (Path.Combine(folder.FullName, "store.db"), Path.Combine(folder.FullName, "made.zip"));
        BackupManifest manifest;
        using (var file = BackupFile.Open(Backup))
        {
            manifest = await file.CheckAsync((_, _) => { }, Token);
            await file.UnpackAsync(store, (_, _) => { }, Token);
        }

        change(store);
        await using (var stream = new FileStream(made, FileMode.CreateNew))
        {
            await BackupFile.WriteAsync(stream, describe(manifest), store, (_, _) => { }, Token);
        }

        return made;
    }

    /// <summary>That a file is refused and no store was made, nor anything beside it but the lock.</summary>
    private async Task RefuseAsync(byte[] bytes, string words)
    {
        var file = Path.Combine(folder.FullName, "refused.zip");
        await File.WriteAllBytesAsync(file, bytes, Token);

        var run = await BackupRun.RestoreAsync(target, file);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(words, run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(FilesOfTarget(), name => name != "adserver.db.lock");
    }

    private IEnumerable<string> FilesOfTarget() => Path.GetDirectoryName(target.File) is { } place && Directory.Exists(place)
        ? Directory.EnumerateFiles(place).Select(name => Path.GetFileName(name))
        : [];
}
