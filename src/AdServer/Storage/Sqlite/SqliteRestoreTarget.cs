using AdServer.Commands.Backups;
using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>A place for a store in SQLite: the file is made ready beside it, then takes the name in one step, under the lock of a server.</summary>
internal sealed class SqliteRestoreTarget(StorageLocation location) : IRestoreTarget
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
            return Task.FromResult<IRestoreSite>(Site.Take(path));
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

        private Site(string path, IDisposable held) => (this.path, this.held) = (path, held);

        public string File => $"{path}.restore";

        public static Site Take(string path)
        {
            var site = new Site(path, SqliteFileLock.Take(path, SqliteSchema.Store));
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
            await SqliteStoreFile.CheckAsync(File, "The store in the backup", cancellation);
            SqliteStoreFile.Migrate(File);
            RequireNothing();
            cancellation.ThrowIfCancellationRequested();
            System.IO.File.Move(File, path, overwrite: true);
        }

        public ValueTask DisposeAsync()
        {
            SqliteStoreFile.Delete(File);
            held.Dispose();
            return ValueTask.CompletedTask;
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
