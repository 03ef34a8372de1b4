using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.Storage.Sqlite;
using AdServer.StorageTests.Backups;
using AdServer.StorageTests.Copying;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Spectre.Console;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>A database that is put back.</summary>
public sealed class MongoToMongoBackupTests() : BackupLaws(new MongoEngine(), new MongoEngine());

/// <summary>A backup of one machine, for many.</summary>
public sealed class SqliteToMongoBackupTests() : BackupLaws(new SqliteEngine(), new MongoEngine());

/// <summary>And back.</summary>
public sealed class MongoToSqliteBackupTests() : BackupLaws(new MongoEngine(), new SqliteEngine());

/// <summary>What happens between the commands of a backup, and of a restore.</summary>
public sealed class MongoBackupTests : IAsyncDisposable
{
    private readonly MongoEngine engine = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-backups-");

    private string Backup => Path.Combine(folder.FullName, "backup.zip");

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_backup_is_of_one_position_whatever_happens_between_its_commands()
    {
        await CopyScene.FillAsync(engine);
        var (moment, happened) = (-1, true);
        while (happened)
        {
            var world = new ChangingWorld(engine, moment += 2);
            await world.BeginAsync();
            var file = Path.Combine(folder.FullName, $"{moment}.db");

            happened = await BackUpAsync(world, file);

            await AssertWholeAsync(world, file, happened);
        }

        Assert.InRange(moment, 15, 90);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restore_that_is_killed_at_every_command_ends_the_same(bool isExecuted)
    {
        await using var source = new SqliteEngine();
        await CopyScene.FillAsync(source);
        (await BackupRun.BackUpAsync(source, Backup)).Require();

        var writes = 1;
        while (!await IsRestoredAsync(writes, isExecuted))
        {
            Assert.InRange(++writes, 2, 40);
            await AssertNothingIsServedByHalfAsync();
        }

        Assert.InRange(writes, 7, 40);
        StoreContents.AssertEqual(await CopyRun.ReadAsync(source), await CopyRun.ReadAsync(engine));
        Assert.Empty(await engine.VerifyAsync());
        Assert.Contains("restored before: nothing was done", (await BackupRun.RestoreAsync(engine, Backup)).Require().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_misses_the_events_of_a_spool_is_not_backed_up()
    {
        await CopyScene.FillAsync(engine);
        await engine.RunAsync(new BsonDocument { { "insert", "spools" }, { "documents", new BsonArray { new BsonDocument("_id", "a host") } } });

        var refusal = await BackupRun.BackUpAsync(engine, Backup);

        Assert.Equal(1, refusal.ExitCode);
        Assert.Contains("adserver_spool_events", refusal.Text, StringComparison.Ordinal);
        Assert.Empty(folder.EnumerateFiles());
    }

    [Fact]
    public async Task Another_backup_is_not_put_into_a_database_that_one_was_begun_in()
    {
        await using var source = new SqliteEngine();
        await CopyScene.FillAsync(source);
        (await BackupRun.BackUpAsync(source, Backup)).Require();
        Assert.False(await IsRestoredAsync(writes: 3, isExecuted: true));
        await source.AppendAsync(Event("plain"));
        (await BackupRun.BackUpAsync(source, Backup, isForced: true)).Require();

        var refusal = await BackupRun.RestoreAsync(engine, Backup);

        Assert.Equal(2, refusal.ExitCode);
        Assert.Contains("and this one is of the backup", refusal.Text, StringComparison.Ordinal);
    }

    /// <summary>Backs up while the world changes at a command; says whether it came to that.</summary>
    private async Task<bool> BackUpAsync(ChangingWorld world, string file)
    {
        await using var services = engine.Open(StorageAccess.ReadOnly);
        var commands = new MongoRetry(
            new EventfulCommands(services.GetRequiredService<IMongoCommands>(), world), TimeProvider.System, TimeSpan.FromSeconds(30), MongoChance.Next);
        var (spools, clock) = (new MongoSpools(commands, own: null), services.GetRequiredService<TimeProvider>());
        var source = new MongoBackupSource(
            commands, spools, services.GetRequiredService<StorageLocation>(), new MongoStatsStore(commands, clock, spools), clock,
            services.GetRequiredService<IAnsiConsole>());
        await source.WriteAsync(file, Token);
        return world.HasChanged;
    }

    private static async Task AssertWholeAsync(ChangingWorld world, string file, bool happened)
    {
        SqliteStoreFile.Migrate(file);
        await using var services = SqliteModule.OpenSqliteFile(file, StorageAccess.Serve, TimeProvider.System);
        var contents = await StoreContents.ReadAsync(services.GetRequiredService<ICopySource>());
        var ad = await services.GetRequiredService<Catalog.ICatalogStore>().FindAdAsync(world.Leaving, Token);
        Assert.Superset(world.IdsBefore.ToHashSet(), contents.EventIds.ToHashSet());
        Assert.InRange(contents.Events.Count(one => one.AdId == "plain"), world.PlainBefore, world.PlainBefore + 1);
        Assert.True(happened || ad is not null);
        if (ad is not null)
        {
            Assert.Equal(ChangingWorld.EventsBefore, contents.Events.Count(one => one.AdId == world.Leaving));
        }

        foreach (var day in await services.GetRequiredService<ILedgerStore>().ListDaysAsync(Token))
        {
            await services.GetRequiredService<ILedgerStore>().CheckDayAsync(day, page => Assert.Empty(Ledger.Compare(page)), Token, 5);
        }
    }

    private async Task<bool> IsRestoredAsync(int writes, bool isExecuted)
    {
        await using var services = engine.Open(StorageAccess.ReadOnly);
        var target = new MongoRestoreTarget(
            _ => OpenMortal(writes, isExecuted),
            services.GetRequiredService<StorageLocation>(),
            services.GetRequiredService<IAnsiConsole>(),
            services.GetRequiredService<TimeProvider>());
        try
        {
            await new RestoreCommand(target, services.GetRequiredService<IAnsiConsole>(), services.GetRequiredService<TimeProvider>()).RunAsync(Backup, Token);
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    /// <summary>That no server starts, unless nothing was begun or all was done.</summary>
    private async Task AssertNothingIsServedByHalfAsync()
    {
        await using var server = engine.Open(StorageAccess.Serve);
        if (await Record.ExceptionAsync(() => server.OpenStorageAsync()) is { } refusal)
        {
            Assert.Contains("not finished", Assert.IsType<StartException>(refusal).Message, StringComparison.Ordinal);
            return;
        }

        var performers = await server.GetRequiredService<Catalog.ICatalogStore>().ListPerformersAsync(null, 10, Token);
        Assert.Contains(performers.Count, (int[])[0, 2]);
    }

    private ServiceProvider OpenMortal(int writes, bool isExecuted) => engine.NewServices(StorageAccess.CopyTo)
        .AddSingleton(provider => new MongoRetry(
            new MortalCommands(provider.GetRequiredService<MongoDatabase>(), writes, isExecuted), TimeProvider.System, TimeSpan.FromSeconds(30), MongoChance.Next))
        .BuildServiceProvider();

    /// <summary>What other hosts do to a store while it is backed up: all that may disturb a copy, before one of its commands.</summary>
    private sealed class ChangingWorld(MongoEngine engine, int moment)
    {
        public const int EventsBefore = 4;

        private string last = string.Empty;
        private int repeated;
        private int passed;

        /// <summary>Events of an ad that stays.</summary>
        public int PlainBefore { get; private set; }

        /// <summary>The ad that will be removed and swept.</summary>
        public string Leaving => $"leaving{moment}";

        public IEnumerable<string> IdsBefore => ["e1", "tail", "of-gone", $"rolled{moment}", $"waiting{moment}"];

        public bool HasChanged { get; private set; }

        public async Task BeginAsync()
        {
            await engine.AddAdsAsync($"before{moment}", Leaving);
            await engine.AppendAsync(Event(Leaving, id: $"rolled{moment}", performerId: $"before{moment}"), Event(Leaving, performerId: $"before{moment}"));
            await engine.RollAllAsync();
            await engine.AppendAsync(Event(Leaving, id: $"waiting{moment}", performerId: $"before{moment}"), Event(Leaving, performerId: $"before{moment}"));
            await engine.AppendAsync(Event("plain"));
            var count = new BsonDocument { { "count", "ad_events" }, { "query", new BsonDocument("adId", "plain") } };
            PlainBefore = (await engine.RunAsync(count))["n"].ToInt32();
        }

        /// <summary>Counts a command, unless it goes on with what the two before it did; before the one whose turn it is, all of it happens.</summary>
        public async Task PassAsync(string command)
        {
            (last, repeated) = (command, command == last ? repeated + 1 : 0);
            if (repeated > 1 || ++passed != moment)
            {
                return;
            }

            HasChanged = true;
            await engine.AddAdsAsync($"after{moment}", $"new{moment}");
            await engine.AppendAsync(Event($"new{moment}", id: $"after{moment}", performerId: $"after{moment}"), Event("plain"));
            await engine.RollAllAsync();
            await engine.Catalog.RemoveAdAsync(Leaving, Noon.AddHours(3), Token);
            await engine.SweepAllAsync();
            await engine.Catalog.RemovePerformerAsync($"before{moment}", Token);
        }
    }

    private sealed class EventfulCommands(IMongoCommands commands, ChangingWorld world) : IMongoCommands
    {
        public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
        {
            await world.PassAsync($"{command.GetElement(0)}");
            return await commands.RunAsync(command, cancellation);
        }
    }
}
