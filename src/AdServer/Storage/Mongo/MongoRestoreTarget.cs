using AdServer.Commands;
using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Spectre.Console;

namespace AdServer.Storage.Mongo;

/// <summary>An empty database that the file of a backup is copied into. The mark of the copy keeps servers away until it is whole.</summary>
/// <param name="open">The database as the target of a copy; not opened.</param>
/// <param name="location">Where it is.</param>
/// <param name="console">Who started it.</param>
/// <param name="clock">The time.</param>
internal sealed class MongoRestoreTarget(
    Func<TimeProvider, ServiceProvider> open, StorageLocation location, IAnsiConsole console, TimeProvider clock) : IRestoreTarget
{
    public string Name => location.Name;

    public int Schema => SqliteSchema.Store.Version;

    public async Task<IRestoreSite> ClaimAsync(string backup, CancellationToken cancellation)
    {
        var services = open(clock);
        try
        {
            await services.OpenStorageAsync();
            var mark = await services.GetRequiredService<ICopyTarget>().BeginAsync(backup, cancellation);
            return new Site(services, mark, console, clock);
        }
        catch (IOException fault)
        {
            await services.DisposeAsync();
            throw new StartException($"The backup is unpacked in the folder for temporary files, which cannot be used: {fault.Message}", fault);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <param name="to">The database.</param>
    /// <param name="mark">How far an earlier run has come.</param>
    /// <param name="console">Who started it.</param>
    /// <param name="clock">The time.</param>
    private sealed class Site(ServiceProvider to, CopyMark mark, IAnsiConsole console, TimeProvider clock) : IRestoreSite
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-restore-");

        public string File => Path.Combine(folder.FullName, "store.db");

        public async Task FillAsync(CancellationToken cancellation)
        {
            await PrepareAsync(cancellation);
            if (mark.IsFinished)
            {
                console.Line("It has been restored before: nothing was done.");
                return;
            }

            await using var from = SqliteModule.OpenSqliteFile(File, StorageAccess.CopyFrom, clock);
            await CopyAsync(from.GetRequiredService<ICopySource>(), cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await to.DisposeAsync();
            folder.Delete(recursive: true);
        }

        private async Task PrepareAsync(CancellationToken cancellation)
        {
            try
            {
                await SqliteStoreFile.CheckAsync(File, "The store in the backup", cancellation);
                SqliteStoreFile.Migrate(File);
            }
            catch (Exception fault) when (fault is not StoreUnavailableException && SqliteFault.Translate(fault) is StoreUnavailableException away)
            {
                throw new StartException($"The unpacked backup {File} cannot be used: {away.Message}", fault);
            }
        }

        /// <summary>Reports are not compared, as <c>copy</c> does: raw events are the truth, and what follows from them is verified.</summary>
        private async Task CopyAsync(ICopySource source, CancellationToken cancellation)
        {
            var target = to.GetRequiredService<ICopyTarget>();
            var steps = new CopySteps(source, target, to.GetRequiredService<IEventJournal>(), to.GetRequiredService<IStatsStore>(), console);
            var counts = await source.CountAsync(cancellation);
            var last = await steps.MoveAsync(mark, counts, cancellation);
            await steps.DeriveAsync(cancellation);
            var found = await target.CountAsync(cancellation);
            if (counts.Compared().Except(found.Compared()).ToList() is [var (what, count), ..])
            {
                throw new StartException(
                    $"{target.Name} does not have the {count} {what} of the backup, and is not to be served: somebody else writes to it. "
                    + "Drop it, and restore into a database of its own.");
            }

            await target.WriteAsync(null, last, last.Finish(), cancellation);
        }
    }
}
