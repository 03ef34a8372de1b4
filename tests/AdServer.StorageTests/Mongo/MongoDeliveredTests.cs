using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>A database that was written before deliveries were noted by ad: what had an event there counts as delivered.</summary>
public sealed class MongoDeliveredTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event("a1", package: "x"), Event("a2", package: "x"));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event("a1", package: "tail"));
        await engine.RunAsync(MongoWrites.Update("meta", new BsonDocument("_id", "schema"), new BsonDocument("$set", new BsonDocument("version", 2))));
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task The_first_start_takes_what_had_an_event_as_delivered_and_later_ones_do_not()
    {
        await engine.ReopenAsync();
        Assert.Equal(["tail a1", "x a1", "x a2"], await DeliveredLaws.ReadAsync(engine));
        Assert.Equal(MongoSchema.Version, await ReadVersionAsync(engine.Commands));

        await engine.AppendAsync(Event("a2", package: "later"));
        await engine.RollAllAsync();
        await engine.ReopenAsync();

        Assert.Equal(["tail a1", "x a1", "x a2"], await DeliveredLaws.ReadAsync(engine));
    }

    [Fact]
    public async Task A_start_that_fails_meanwhile_leaves_the_version_so_that_the_next_one_begins_anew()
    {
        await engine.StopAsync();
        using (engine.Faults.Every("insert", null, Fault.Answer(13)))
        {
            await using var services = engine.Open(StorageAccess.Serve);
            await Assert.ThrowsAnyAsync<Exception>(services.OpenStorageAsync);
        }

        await using (var look = engine.Open(StorageAccess.ReadOnly))
        {
            Assert.Equal(2, await ReadVersionAsync(look.GetRequiredService<IMongoCommands>()));
        }

        await engine.ReopenAsync();
        Assert.Equal(["tail a1", "x a1", "x a2"], await DeliveredLaws.ReadAsync(engine));
    }

    [Fact]
    public async Task A_copy_of_it_takes_what_had_an_event_too()
    {
        await engine.RollAllAsync();
        await using var target = new SqliteEngine();

        var run = await Copying.CopyRun.StartAsync(engine, target);

        Assert.True(run.ExitCode == 0, run.Text);
        Assert.Equal(["tail a1", "x a1", "x a2"], await DeliveredLaws.ReadAsync(target));
    }

    private static async Task<int> ReadVersionAsync(IMongoCommands commands)
    {
        var reply = await commands.RunAsync(new BsonDocument { { "find", "meta" }, { "filter", new BsonDocument("_id", "schema") } }, Token);
        return reply["cursor"]["firstBatch"][0]["version"].ToInt32();
    }
}
