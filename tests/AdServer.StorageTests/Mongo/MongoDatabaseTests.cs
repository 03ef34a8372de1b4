using AdServer.Common;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.Storage.Mongo.Native;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>What a start makes of the databases that it can find, and the binding on an engine with accidents.</summary>
public sealed class MongoDatabaseTests : IAsyncDisposable
{
    private readonly MongoEngine engine = new();
    private MongocCommands? driver;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The database, whatever is in it, with nothing made and nothing retried.</summary>
    private MongocCommands Driver => driver ??= new MongocCommands(
        new MongoSettings(MongoUri.Parse(engine.Uri)!, MongoUri.Parse(engine.Uri)!.Database),
        new MongocLimits(Workers: 4, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)));

    public async ValueTask DisposeAsync()
    {
        await (driver?.DisposeAsync() ?? default);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Hosts_that_start_together_make_one_new_database()
    {
        var starts = Enumerable.Range(0, 3).Select(_ => Task.Run(
            async () =>
            {
                await using var services = engine.Open(StorageAccess.Serve);
                await services.OpenStorageAsync();
            },
            Token));

        await Task.WhenAll(starts);

        Assert.Single(await FindAsync("meta", new("_id", "schema")));
        Assert.Contains(await ListIndexesAsync("performers"), index => index["name"] == "emailKey" && index["unique"] == true);
    }

    [Fact]
    public async Task Indexes_that_are_missing_are_made_on_a_database_that_is_full()
    {
        await InsertAsync("meta", new BsonDocument { { "_id", "schema" }, { "version", MongoSchema.Version } });
        await InsertAsync("performers", [.. Enumerable.Range(0, 500).Select(n => new BsonDocument { { "_id", $"p{n}" }, { "emailKey", $"{n}@x.example" } })]);

        await StartAsync();

        var again = await InsertAsync("performers", new BsonDocument { { "_id", "other" }, { "emailKey", "7@x.example" } });
        Assert.Equal([(0, MongoReply.DuplicateKey)], again.WriteErrors());
    }

    [Fact]
    public async Task What_a_unique_index_forbids_stops_the_start()
    {
        await InsertAsync("meta", new BsonDocument { { "_id", "schema" }, { "version", MongoSchema.Version } });
        await InsertAsync("developers", [.. Enumerable.Range(0, 2).Select(n => new BsonDocument { { "_id", $"d{n}" }, { "emailKey", "same@x.example" } })]);

        var refusal = await Assert.ThrowsAsync<StartException>(StartAsync);

        Assert.Contains("in developers that the unique index emailKey forbids", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("same@x.example", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_an_older_server_is_left_as_it_is()
    {
        await InsertAsync("performers", new BsonDocument { { "_id", ObjectId.Parse("507f1f77bcf86cd799439011") }, { "email", "a@x.example" } });

        var refusal = await Assert.ThrowsAsync<StartException>(StartAsync);

        Assert.Contains("Name another database", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await FindAsync("meta", []));
        Assert.Single(await ListIndexesAsync("performers"));
    }

    [Fact]
    public async Task A_second_start_finds_everything_as_the_first_left_it()
    {
        await StartAsync();
        var before = await ListIndexesAsync("developers");

        await StartAsync();

        Assert.Equal(before, await ListIndexesAsync("developers"));
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_sent_again_and_done_once()
    {
        await engine.ReopenAsync();
        using var rule = engine.Faults.Next("insert", "things", Fault.DropAfter);

        var reply = await engine.RunAsync(Insert("things", [new BsonDocument("_id", 1)]));

        Assert.Equal([(0, MongoReply.DuplicateKey)], reply.WriteErrors());
        Assert.Equal(1, rule.Count);
        Assert.Single(await FindAsync("things", []));
    }

    [Theory]
    [InlineData(10107)]
    [InlineData(91)]
    [InlineData(112)]
    public async Task A_passing_state_of_the_engine_is_not_seen_above_the_seam(int code)
    {
        await engine.ReopenAsync();
        using var rule = engine.Faults.Next("insert", "things", Fault.Answer(code));

        var reply = await engine.RunAsync(Insert("things", [new BsonDocument("_id", 1)]));

        Assert.Equal((1, 1), (reply["n"].ToInt32(), rule.Count));
    }

    [Fact]
    public async Task An_engine_that_stays_away_is_a_store_that_is_unavailable()
    {
        await using var host = engine.Open(StorageAccess.Serve, new KeyValuePair<string, string?>("Storage:Deadline", "00:00:02"));
        await host.OpenStorageAsync();
        using var rule = engine.Faults.Every("find", "things", Fault.DropBefore);

        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => host.GetRequiredService<IMongoCommands>().RunAsync(new BsonDocument("find", "things"), Token));
        rule.Dispose();

        Assert.Empty((await engine.RunAsync(new BsonDocument("find", "things"))).Documents());
    }

    private async Task StartAsync()
    {
        await using var services = engine.Open(StorageAccess.Serve);
        await services.OpenStorageAsync();
    }

    private async Task<List<BsonDocument>> FindAsync(string collection, BsonDocument filter) =>
        [.. (await Driver.RunAsync(new BsonDocument { { "find", collection }, { "filter", filter } }, Token)).Documents()];

    private async Task<List<BsonDocument>> ListIndexesAsync(string collection) =>
        [.. (await Driver.RunAsync(new BsonDocument("listIndexes", collection), Token)).Documents()];

    private Task<BsonDocument> InsertAsync(string collection, params BsonDocument[] documents) => Driver.RunAsync(Insert(collection, documents), Token);

    private static BsonDocument Insert(string collection, BsonDocument[] documents) =>
        new BsonDocument { { "insert", collection }, { "documents", new BsonArray(documents) } }.Durable();
}
