using System.Collections.Concurrent;
using System.Globalization;
using AdServer.StorageTests.Mongo.Engine;
using AdServer.StorageTests.Mongo.Wire;
using MongoDB.Bson;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>The tests' own server: it answers as MongoDB does where the stores rely on it, and has its accidents when it is told to.</summary>
public sealed class GatewayTests : IAsyncLifetime
{
    private readonly MongoGateway gateway = new(MongoServer.GetEngine());
    private readonly string database = $"g{Environment.ProcessId}x{TestContext.Current.Test!.UniqueID[..12]}";
    private MongoClient client = null!;

    public async ValueTask InitializeAsync() => client = await MongoClient.ConnectAsync(gateway.Port, database);

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task It_says_that_it_is_a_primary_and_what_it_takes()
    {
        var hello = await client.RunAsync("{hello: 1}");

        Assert.True(hello!["isWritablePrimary"].AsBoolean);
        Assert.Equal(1, (await client.RunAsync("{ping: 1}"))!["ok"].ToInt32());
    }

    [Fact]
    public async Task What_was_inserted_is_found_page_by_page()
    {
        var documents = string.Join(", ", Enumerable.Range(0, 250).Select(number => $"{{_id: {number}}}"));
        await client.RunAsync($"{{insert: 'c', documents: [{documents}], writeConcern: {{w: 'majority', j: true}}}}");

        var first = await client.RunAsync("{find: 'c', sort: {_id: 1}, batchSize: 100, readConcern: {level: 'majority'}}");
        var pages = new List<BsonArray> { first!["cursor"]["firstBatch"].AsBsonArray };
        var cursor = first["cursor"]["id"].ToInt64();
        while (cursor != 0)
        {
            var next = await client.RunAsync($"{{getMore: NumberLong('{cursor}'), collection: 'c', batchSize: 100}}");
            pages.Add(next!["cursor"]["nextBatch"].AsBsonArray);
            cursor = next["cursor"]["id"].ToInt64();
        }

        Assert.Equal(Enumerable.Range(0, 250), pages.SelectMany(page => page).Select(document => document["_id"].ToInt32()));
        Assert.True(pages.Count >= 3);
    }

    [Fact]
    public async Task A_cursor_that_was_killed_is_not_found()
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 1}, {_id: 2}, {_id: 3}]}");
        var cursor = (await client.RunAsync("{find: 'c', batchSize: 1}"))!["cursor"]["id"].ToInt64();

        await client.RunAsync($"{{killCursors: 'c', cursors: [NumberLong('{cursor}')]}}");

        Assert.Equal(43, Code(await client.RunAsync($"{{getMore: NumberLong('{cursor}'), collection: 'c'}}")));
    }

    [Fact]
    public async Task Each_duplicate_of_a_batch_is_named_and_the_others_are_stored()
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 'a'}, {_id: 'c'}]}");

        var reply = await client.RunAsync("{insert: 'c', ordered: false, documents: [{_id: 'a'}, {_id: 'b'}, {_id: 'c'}, {_id: 'd'}]}");

        Assert.Equal(2, reply!["n"].ToInt32());
        Assert.Equal([(0, 11000), (2, 11000)], reply["writeErrors"].AsBsonArray.Select(error => (error["index"].ToInt32(), error["code"].ToInt32())));
    }

    [Fact]
    public async Task A_guard_that_fails_is_silent_and_with_an_upsert_a_duplicate()
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 'a', through: NumberLong(5)}]}");
        const string Update = "{{update: 'c', updates: [{{q: {{_id: 'a', through: {{$lt: NumberLong(5)}}}}, u: {{$set: {{through: NumberLong(5)}}}}, upsert: {0}}}]}}";

        var silent = await client.RunAsync(string.Format(CultureInfo.InvariantCulture, Update, "false"));
        var loud = await client.RunAsync(string.Format(CultureInfo.InvariantCulture, Update, "true"));

        Assert.Equal(0, silent!["n"].ToInt32());
        Assert.Equal(11000, loud!["writeErrors"][0]["code"].ToInt32());
    }

    [Fact]
    public async Task A_unique_index_holds_from_the_moment_that_it_is_made()
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 1, email: 'a'}]}");

        var made = await client.RunAsync("{createIndexes: 'c', indexes: [{key: {email: 1}, name: 'email', unique: true}]}");
        var reply = await client.RunAsync("{insert: 'c', documents: [{_id: 2, email: 'a'}]}");

        Assert.Equal(1, made!["ok"].ToInt32());
        Assert.Equal(11000, reply!["writeErrors"][0]["code"].ToInt32());
    }

    [Fact]
    public async Task Batches_that_meet_in_opposite_orders_are_both_carried_out()
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 'none'}]}");
        var forward = string.Join(", ", Enumerable.Range(0, 200).Select(number => $"{{_id: {number}}}"));
        var backward = string.Join(", ", Enumerable.Range(0, 200).Reverse().Select(number => $"{{_id: {number}}}"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            using var other = await MongoClient.ConnectAsync(gateway.Port, database);
            return await other.RunAsync($"{{insert: 'c', ordered: false, documents: [{(number % 2 == 0 ? forward : backward)}]}}");
        }));

        Assert.All(replies, reply => Assert.True(reply!.Contains("n"), reply.ToString()));
        Assert.Equal(200, replies.Sum(reply => reply!["n"].ToInt32()));
        Assert.All(replies, reply => Assert.All(
            reply!.GetValue("writeErrors", new BsonArray()).AsBsonArray, error => Assert.Equal(11000, error["code"].ToInt32())));
    }

    [Theory]
    [InlineData("{nonsense: 1}", 59)]
    [InlineData("{find: 'c', filter: {a: {$nonsense: 1}}}", 2)]
    [InlineData("{find: 'c', filter: 5}", 14)]
    [InlineData("{find: 'c', sort: {a: 7}}", 15975)]
    [InlineData("{find: 'c', projection: {a: 1, b: 0}}", 31254)]
    [InlineData("{aggregate: 'c', pipeline: [{$nonsense: 1}], cursor: {}}", 40324)]
    [InlineData("{aggregate: 'c', pipeline: [{$group: {_id: null, n: {$nonsense: 1}}}], cursor: {}}", 15952)]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$nonsense: {a: 1}}}]}", 9)]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {a: 'text'}}}]}", 14)]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {_id: 5}}}]}", 66)]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {a: 1}, $inc: {a: 1}}}]}", 40)]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {'a.b': 1}}}]}", 28)]
    [InlineData("{update: 'c', updates: [{q: {a: 9}, u: {$set: {_id: 2}}, upsert: true}]}", 11000)]
    [InlineData("{update: 'c', updates: []}", 16)]
    [InlineData("{insert: '', documents: [{_id: 1}]}", 73)]
    [InlineData("{delete: 'c', deletes: [{q: {_id: 1}}]}", 40414)]
    [InlineData("{create: 'c', capped: true}", 115)]
    [InlineData("{create: 'c', viewOn: 'd', pipeline: []}", 48)]
    [InlineData("{listIndexes: 'none'}", 26)]
    [InlineData("{dropIndexes: 'c', index: 'none'}", 27)]
    [InlineData("{dropIndexes: 'c', index: '_id_'}", 72)]
    [InlineData("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'other'}]}", 85)]
    [InlineData("{createIndexes: 'c', indexes: [{key: {b: 1}, name: 'one'}]}", 86)]
    [InlineData("{createIndexes: 'c', indexes: [{key: {a: 'x'}, name: 'two'}]}", 67)]
    [InlineData("{createIndexes: 'c', indexes: [{key: {same: 1}, name: 'same', unique: true}]}", 11000)]
    [InlineData("{getMore: NumberLong('7'), collection: 'c'}", 43)]
    public async Task An_error_has_MongoDBs_number(string command, int code)
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 1, a: 1, same: 1}, {_id: 2, a: 2, same: 1}]}");
        await client.RunAsync("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'one'}]}");

        Assert.Equal(code, Code(await client.RunAsync(command)));
    }

    [Fact]
    public async Task A_connection_dropped_before_leaves_nothing_and_after_leaves_everything()
    {
        gateway.Faults.Next("insert", "c", Fault.DropBefore);
        Assert.Null(await client.RunAsync("{insert: 'c', documents: [{_id: 1}]}"));
        Assert.Equal(0, await CountAsync());

        gateway.Faults.Next("insert", "c", Fault.DropAfter);
        Assert.Null(await (await AgainAsync()).RunAsync("{insert: 'c', documents: [{_id: 1}]}"));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_connection_dropped_amid_a_batch_leaves_its_first_documents()
    {
        gateway.Faults.Next("insert", "c", Fault.DropAmid(2));

        Assert.Null(await client.RunAsync("{insert: 'c', documents: [{_id: 1}, {_id: 2}, {_id: 3}]}"));

        Assert.Equal(2, await CountAsync());
    }

    [Theory]
    [InlineData(10107)]
    [InlineData(91)]
    [InlineData(112)]
    public async Task An_injected_error_is_answered_once_to_the_command_that_it_waits_for(int code)
    {
        using var rule = gateway.Faults.Next("insert", "c", Fault.Answer(code), skip: 1);

        Assert.Equal(1, (await client.RunAsync("{insert: 'c', documents: [{_id: 1}]}"))!["ok"].ToInt32());
        Assert.Equal(1, (await client.RunAsync("{insert: 'd', documents: [{_id: 1}]}"))!["ok"].ToInt32());
        Assert.Equal(code, Code(await client.RunAsync("{insert: 'c', documents: [{_id: 2}]}")));
        Assert.Equal(1, (await client.RunAsync("{insert: 'c', documents: [{_id: 2}]}"))!["ok"].ToInt32());
        Assert.Equal(1, rule.Count);
    }

    [Fact]
    public async Task An_answer_waits_at_a_gate_after_its_command_was_carried_out()
    {
        var gate = new Gate();
        gateway.Faults.Next("insert", "c", Fault.HoldAfter(gate));

        var insert = client.RunAsync("{insert: 'c', documents: [{_id: 1}]}");
        await gate.Reached;
        var before = (await CountAsync(), insert.IsCompleted);
        gate.Open();

        Assert.Equal((1, false), before);
        Assert.Equal(1, (await insert)!["n"].ToInt32());
    }

    [Fact]
    public async Task A_node_that_lags_behind_answers_what_was()
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 1}]}");
        await using var past = await gateway.TakeSnapshotAsync(Token);
        await client.RunAsync("{insert: 'c', documents: [{_id: 2}]}");

        using (gateway.Faults.Every("find count", "c", Fault.ReadFrom(past)))
        {
            Assert.Equal(1, await CountAsync());
        }

        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task A_gateway_that_went_away_comes_back_where_it_was()
    {
        await client.RunAsync("{insert: 'c', documents: [{_id: 1}]}");

        await gateway.StopAsync();
        Assert.Null(await client.RunAsync("{ping: 1}"));
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(AgainAsync);
        gateway.Start();

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task An_engine_that_was_killed_comes_back_with_what_it_had_answered()
    {
        using var engine = DocumentDb.Start();
        await using var mortal = new MongoGateway(engine);
        using var before = await MongoClient.ConnectAsync(mortal.Port, database);
        await before.RunAsync("{insert: 'c', documents: [{_id: 1}]}");

        engine.Kill();
        var away = await before.RunAsync("{find: 'c'}");
        engine.Revive();

        using var after = await MongoClient.ConnectAsync(mortal.Port, database);
        Assert.Null(away);
        Assert.Single((await after.RunAsync("{find: 'c'}"))!["cursor"]["firstBatch"].AsBsonArray);
    }

    [Fact]
    public async Task An_engine_killed_under_load_keeps_what_it_answered_and_nothing_that_was_not_asked()
    {
        using var engine = DocumentDb.Start();
        await using var mortal = new MongoGateway(engine);
        var answered = new ConcurrentBag<int>();
        var underWay = new TaskCompletionSource();
        var writers = Enumerable.Range(0, 4).Select(writer => WriteUntilItBreaksAsync(mortal.Port, writer * 1_000_000, answered, underWay)).ToList();

        await Task.WhenAny([.. writers, underWay.Task]);
        engine.Kill();
        var asked = await Task.WhenAll(writers);
        engine.Revive();

        using var after = await MongoClient.ConnectAsync(mortal.Port, database);
        var found = (await after.RunAsync("{distinct: 'load', key: '_id'}"))!["values"].AsBsonArray.Select(id => id.ToInt32()).ToHashSet();
        Assert.Subset(found, answered.ToHashSet());
        Assert.InRange(found.Count, answered.Count, answered.Count + asked.Length);
    }

    /// <summary>Inserts one document after the other until there is no answer.</summary>
    private async Task<int> WriteUntilItBreaksAsync(int port, int first, ConcurrentBag<int> answered, TaskCompletionSource underWay)
    {
        using var writer = await MongoClient.ConnectAsync(port, database);
        for (var id = first; ; id++)
        {
            if (await writer.RunAsync($"{{insert: 'load', documents: [{{_id: {id}}}]}}") is not { } reply)
            {
                return id;
            }

            Assert.Equal(1, reply["n"].ToInt32());
            answered.Add(id);
            if (answered.Count >= 100)
            {
                underWay.TrySetResult();
            }
        }
    }

    private static int Code(BsonDocument? reply) => (reply!.TryGetValue("writeErrors", out var errors) ? errors[0] : reply)["code"].ToInt32();

    private async Task<MongoClient> AgainAsync()
    {
        client.Dispose();
        return client = await MongoClient.ConnectAsync(gateway.Port, database);
    }

    private async Task<int> CountAsync()
    {
        using var other = await MongoClient.ConnectAsync(gateway.Port, database);
        return (await other.RunAsync("{count: 'c', query: {}}"))!["n"].ToInt32();
    }
}
