using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.StorageTests.Copying;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>From one machine to many.</summary>
public sealed class SqliteToMongoTests() : CopyLaws(new SqliteEngine(), new MongoEngine());

/// <summary>And back.</summary>
public sealed class MongoToSqliteTests() : CopyLaws(new MongoEngine(), new SqliteEngine());

/// <summary>A target in MongoDB takes several commands for a piece: killed between any two of them, it goes on.</summary>
public sealed class MongoCopyTests : IAsyncDisposable
{
    private readonly SqliteEngine source = new();
    private readonly MongoEngine target = new();

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await target.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_that_is_killed_at_every_command_ends_the_same(bool isExecuted)
    {
        await CopyScene.FillAsync(source);
        var before = await CopyRun.ReadAsync(source);

        // A run that goes on repeats the commands of the piece that was broken off, so each lives a little longer than the one before.
        var writes = 1;
        while (!await IsFinishedAsync(writes, isExecuted))
        {
            Assert.InRange(++writes, 2, 40);
        }

        Assert.InRange(writes, 7, 40);
        StoreContents.AssertEqual(before, await CopyRun.ReadAsync(target));
        Assert.Empty(await target.VerifyAsync());
        Assert.Equal(await source.ReadTotalAsync(), await target.ReadTotalAsync());
    }

    [Fact]
    public async Task A_copy_from_mongodb_to_mongodb_keeps_every_identity()
    {
        await using var third = new MongoEngine();
        await CopyScene.FillAsync(source);
        Assert.Equal(0, (await CopyRun.StartAsync(source, target)).ExitCode);
        Assert.Equal(0, (await CopyRun.StartAsync(target, third)).ExitCode);

        Assert.Equal(await ReadIdentitiesAsync(target), await ReadIdentitiesAsync(third));
        StoreContents.AssertEqual(await CopyRun.ReadAsync(target), await CopyRun.ReadAsync(third));
    }

    [Fact]
    public async Task A_copy_that_is_refused_leaves_a_database_of_the_first_version_to_its_servers()
    {
        await CopyScene.FillAsync(source);
        await target.AddAdsAsync("p1", "a1");
        await target.RunAsync(MongoWrites.Update("meta", new BsonDocument("_id", "schema"), new("$set", new BsonDocument("version", 1))));

        var refusal = await Assert.ThrowsAsync<StartException>(() => CopyRun.StartAsync(source, target));

        Assert.Contains("holds data that no copy has put there", refusal.Message, StringComparison.Ordinal);
        // Reading changes nothing; a server would raise the version.
        await using var reading = target.Open(StorageAccess.CopyFrom);
        await reading.OpenStorageAsync();
        var count = new BsonDocument { { "count", "meta" }, { "query", new BsonDocument("version", 1) } };
        var found = await reading.GetRequiredService<IMongoCommands>().RunAsync(count, Samples.Token);
        Assert.Equal(1, found["n"].ToInt32());
    }

    [Fact]
    public async Task A_database_that_misses_the_events_of_a_spool_is_not_copied()
    {
        await CopyScene.FillAsync(source);
        Assert.Equal(0, (await CopyRun.StartAsync(source, target)).ExitCode);
        await using var third = new SqliteEngine();
        await target.RunAsync(new BsonDocument { { "insert", "spools" }, { "documents", new BsonArray { new BsonDocument("_id", "a host") } } });

        var refusal = await Assert.ThrowsAsync<StartException>(() => CopyRun.StartAsync(target, third));
        Assert.Contains("adserver_spool_events", refusal.Message, StringComparison.Ordinal);

        await target.RunAsync(new BsonDocument
        {
            { "delete", "spools" }, { "deletes", new BsonArray { new BsonDocument { { "q", new BsonDocument("_id", "a host") }, { "limit", 1 } } } },
        });
        Assert.Equal(0, (await CopyRun.StartAsync(target, third)).ExitCode);
        Assert.Equal(await target.ReadTotalAsync(), await third.ReadTotalAsync());
    }

    private static async Task<List<Guid?>> ReadIdentitiesAsync(MongoEngine engine)
    {
        await using var services = engine.Open(StorageAccess.CopyFrom);
        var piece = await services.GetRequiredService<ICopySource>().ReadAsync(CopyStage.Events, string.Empty, Samples.Token);
        return [.. ((CopyRows.Events)piece!.Rows).Items.Select(one => one.Identity)];
    }

    private async Task<bool> IsFinishedAsync(int writes, bool isExecuted)
    {
        try
        {
            return (await CopyRun.StartAsync(source, target, (services, of) => MakeMortal(services, of, writes, isExecuted))).ExitCode == 0;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    private static void MakeMortal(IServiceCollection services, IServiceProvider target, int writes, bool isExecuted)
    {
        var commands = new MortalCommands(target.GetRequiredService<IMongoCommands>(), writes, isExecuted);
        var (mortal, clock) = (new MongoRetry(commands, TimeProvider.System, TimeSpan.FromSeconds(10), MongoChance.Next), target.GetRequiredService<TimeProvider>());
        var stats = new MongoStatsStore(mortal, clock, new MongoSpools(mortal, own: null));
        services.AddSingleton<IStatsStore>(stats);
        services.AddSingleton<IEventJournal>(new MongoEventJournal(mortal, clock));
        services.AddSingleton<ICopyTarget>(new MongoCopyTarget(
            mortal, target.GetRequiredService<MongoSettings>(), target.GetRequiredService<StorageLocation>(), stats, clock));
    }
}
