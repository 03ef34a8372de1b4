using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Storage.Sqlite;

/// <summary>A place for a store in SQLite: the file is made ready beside it, then takes the name in one step, under the lock of a server.</summary>
internal sealed class SqliteRestoreTarget(StorageLocation location, IAnsiConsole console, TimeProvider clock) : IRestoreTarget
{
    public string Name => location.Name;

    public int Schema => SqliteSchema.Store.Version;

    public Task<IRestoreSite> ClaimAsync(string backup, CancellationToken cancellation)
    {
        var path = location.Where;
        try
        {
            if (Directory.Exists(path))
            {
                throw new StartException($"{path} is a folder. Storage:Path names the file of the store.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return Task.FromResult<IRestoreSite>(Site.Take(path, console, clock));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{path} cannot be restored: {fault.Message}", fault);
        }
    }

    private sealed class Site : IRestoreSite
    {
        private readonly string path;
        private readonly IDisposable held;
        private readonly IAnsiConsole console;
        private readonly TimeProvider clock;

        private Site(string path, IDisposable held, IAnsiConsole console, TimeProvider clock) =>
            (this.path, this.held, this.console, this.clock) = (path, held, console, clock);

        public string File => $"{path}.restore";

        public static Site Take(string path, IAnsiConsole console, TimeProvider clock)
        {
            var site = new Site(path, SqliteFileLock.Take(path, SqliteSchema.Store), console, clock);
            try
            {
                site.RequireNothing();
                SqliteStoreFile.Delete(site.File);
                return site;
            }
            catch
            {
                site.held.Dispose();
                throw;
            }
        }

        public async Task FillAsync(CancellationToken cancellation)
        {
            try
            {
                await SqliteStoreFile.CheckAsync(File, "The store in the backup", cancellation);
                await CompleteAsync(cancellation);
                RequireNothing();
                cancellation.ThrowIfCancellationRequested();
                System.IO.File.Move(File, path, overwrite: true);
            }
            catch (Exception fault) when (SqliteFault.Translate(fault) is StoreUnavailableException or IOException or UnauthorizedAccessException)
            {
                throw new StartException($"{path} cannot be restored: {SqliteFault.Translate(fault).Message.TrimEnd('.')}. Nothing is left of it.", fault);
            }
        }

        public ValueTask DisposeAsync()
        {
            SqliteStoreFile.Delete(File);
            held.Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>Migrates the file, and rolls up what waits in it, so that verify compares every event.</summary>
        private async Task CompleteAsync(CancellationToken cancellation)
        {
            await using (var services = SqliteModule.OpenSqliteFile(File, StorageAccess.Maintain, clock))
            {
                await CopySteps.DeriveAsync(
                    services.GetRequiredService<IEventJournal>(), services.GetRequiredService<IStatsStore>(), console, cancellation);
            }

            SqliteStoreFile.Detach(File);
        }

        /// <summary>A log without its file counts, too: it would be taken for one of the file that is to come.</summary>
        private void RequireNothing()
        {
            if (SqliteStoreFile.List(path).ToList() is [_, ..] found)
            {
                throw new StartException(
                    $"There is something already: {string.Join(", ", found)}. It is left as it is. Set Storage:Path to another file, or move it away.");
            }
        }
    }
}
