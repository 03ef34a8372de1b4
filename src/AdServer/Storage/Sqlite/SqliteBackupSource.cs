using AdServer.Commands;
using AdServer.Commands.Backups;
using Spectre.Console;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// A store in SQLite, copied page by page in one read transaction beside the server. Until it ends the server's log grows by what is written
/// meanwhile; nobody waits.
/// </summary>
internal sealed class SqliteBackupSource(SqliteDatabase database, StorageLocation location, IAnsiConsole console) : IBackupSource
{
    public string Name => location.Name;

    public Task<BackupContents> WriteAsync(string file, CancellationToken cancellation) => SqliteStoreFile.MakeAsync(
        file,
        $"The store {location.Where}",
        () => console.WithProgressAsync(
            "Copying page", steps => database.ReadAsync(session => Copy(session, file, steps, cancellation), cancellation)),
        cancellation);

    private static bool Copy(SqliteSession session, string file, Action<int, int> steps, CancellationToken cancellation)
    {
        // The first read of the transaction is its moment.
        _ = session.Number("SELECT count(*) FROM sqlite_schema");
        using var target = SqliteSession.Open(file, readOnly: false);
        session.CopyTo(target, steps, cancellation);
        return true;
    }
}
