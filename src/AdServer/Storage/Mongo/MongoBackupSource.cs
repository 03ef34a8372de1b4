using AdServer.Catalog;
using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Spectre.Console;

namespace AdServer.Storage.Mongo;

/// <summary>A store in MongoDB as a file of SQLite: copied up to a position beside the hosts, as <c>copy</c> would.</summary>
internal sealed class MongoBackupSource(
    MongoRetry commands, MongoSpools spools, StorageLocation location, IStatsStore stats, TimeProvider clock, IAnsiConsole console) : IBackupSource
{
    public string Name => location.Name;

    public async Task<BackupContents> WriteAsync(string file, CancellationToken cancellation)
    {
        await spools.RequireEmptyAsync(Name, cancellation);
        var whole = new MongoCopySource(commands, spools, location, stats, clock);
        // First: every ad of an event up to it is there, and will be read.
        var cut = await MongoCut.MakeAsync(commands, cancellation);
        var source = new MongoCutSource(whole, commands, stats, cut);
        var contents = await SqliteStoreFile.MakeAsync(file, $"The copy of {Name}", () => CopyAsync(source, file, cancellation), cancellation);
        return contents with { Position = cut.Position };
    }

    private async Task CopyAsync(MongoCutSource source, string file, CancellationToken cancellation)
    {
        await using var target = SqliteModule.OpenSqliteFile(file, StorageAccess.CopyTo, clock);
        await CopyAsync(source, target, cancellation);
    }

    private async Task CopyAsync(MongoCutSource source, IServiceProvider services, CancellationToken cancellation)
    {
        var target = services.GetRequiredService<ICopyTarget>();
        var steps = new CopySteps(
            source, target, services.GetRequiredService<IEventJournal>(), services.GetRequiredService<IStatsStore>(), console);
        var mark = await target.BeginAsync($"a backup of {Name}", cancellation);
        mark = await steps.MoveAsync(mark, await source.CountAsync(cancellation), cancellation);
        // An ad whose events may be there by half is a removed one here, too: then none of them counts.
        foreach (var (id, at) in await source.ListRemovedSinceAsync(cancellation))
        {
            await services.GetRequiredService<ICatalogStore>().RemoveAdAsync(id, at, cancellation);
        }

        await steps.DeriveAsync(cancellation);
        await target.WriteAsync(null, mark, mark.Finish(), cancellation);
    }
}
