using AdServer.Catalog;
using AdServer.Commands;
using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Spectre.Console;

namespace AdServer.Storage.Mongo;

/// <summary>A store in MongoDB as a file of SQLite: copied up to a position beside the hosts, as <c>copy</c> would.</summary>
internal sealed class MongoBackupSource(
    MongoRetry commands, MongoSpools spools, StorageLocation location, IStatsStore stats, TimeProvider clock, IAnsiConsole console) : IBackupSource
{
    /// <summary>How often it is begun, if raw events are removed meanwhile or come for days that were removed: once a day, and hardly ever.</summary>
    private const int MostTries = 3;

    public string Name => location.Name;

    public async Task<BackupContents> WriteAsync(string file, CancellationToken cancellation)
    {
        await spools.RequireEmptyAsync(Name, cancellation);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryWriteAsync(file, cancellation);
            }
            catch (CutMovedException moved) when (tries < MostTries)
            {
                console.Line($"{moved.Message} meanwhile: beginning again.");
            }
            catch (CutMovedException moved)
            {
                throw new StartException($"{moved.Message} while {Name} was backed up, again and again. Try it later: nothing was written.");
            }
        }
    }

    private async Task<BackupContents> TryWriteAsync(string file, CancellationToken cancellation)
    {
        var whole = new MongoCopySource(commands, spools, location, stats, clock);
        // First: every ad of an event up to it is there, and will be read.
        var cut = await MongoCut.MakeAsync(commands, cancellation);
        var source = new MongoCutSource(whole, commands, stats, clock, cut);
        var contents = await SqliteStoreFile.MakeAsync(file, $"The copy of {Name}", () => CopyAsync(source, file, cancellation), cancellation);
        await new MongoKeptDays(cut.RawSince, cut.Roll).RequireKeptAsync(commands, cancellation);
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
            await services.GetRequiredService<ICatalogStore>().RemoveAdAsync(id, null, at, cancellation);
        }

        await steps.DeriveAsync(cancellation);
        await target.WriteAsync(null, mark, mark.Finish(), cancellation);
    }
}
