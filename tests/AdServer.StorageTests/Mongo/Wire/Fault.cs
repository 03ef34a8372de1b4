using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>A command on its way to the engine.</summary>
/// <param name="Request">The command.</param>
/// <param name="ExecuteAsync">Carries a command out, as of a snapshot or now.</param>
/// <param name="Ended">The gateway goes away.</param>
internal sealed record Call(MongoRequest Request, Func<MongoRequest, Snapshot?, Task<byte[]>> ExecuteAsync, CancellationToken Ended)
{
    public Task<byte[]> ExecuteNowAsync() => ExecuteAsync(Request, null);
}

/// <summary>What happens to a command on its way: the reply that the client gets, or null for a connection that is dropped.</summary>
internal delegate Task<byte[]?> Accident(Call call);

/// <summary>The accidents that can happen to a command.</summary>
internal static class Fault
{
    /// <summary>The connection breaks before the command is carried out.</summary>
    public static Accident DropBefore { get; } = _ => Task.FromResult<byte[]?>(null);

    /// <summary>The command is carried out, then the connection breaks.</summary>
    public static Accident DropAfter { get; } = async call =>
    {
        await call.ExecuteNowAsync();
        return null;
    };

    /// <summary>Only the first documents of an <c>insert</c> are stored, then the connection breaks: MongoDB's batches are not atomic.</summary>
    public static Accident DropAmid(int stored) => async call =>
    {
        await call.ExecuteAsync(FirstDocuments(call.Request, stored), null);
        return null;
    };

    /// <summary>An error instead of the command.</summary>
    public static Accident Answer(int code) => _ => Task.FromResult<byte[]?>(MongoErrors.Reply(code, $"an injected fault {code}"));

    /// <summary>The command is carried out and answered with an error.</summary>
    public static Accident AnswerAfter(int code) => async call =>
    {
        await call.ExecuteNowAsync();
        return MongoErrors.Reply(code, $"an injected fault {code}");
    };

    /// <summary>The command is carried out; whether a majority has it is not known.</summary>
    public static Accident WriteConcern(int code) => async call =>
    {
        var reply = BsonSerializer.Deserialize<BsonDocument>(await call.ExecuteNowAsync());
        reply["writeConcernError"] = new BsonDocument { { "code", code }, { "errmsg", $"an injected fault {code}" } };
        return reply.ToBson();
    };

    /// <summary>The command waits at a gate before it is carried out, and then is.</summary>
    public static Accident HoldBefore(Gate gate) => async call =>
    {
        await gate.PassAsync(call.Ended);
        return await call.ExecuteNowAsync();
    };

    /// <summary>The command is carried out and its answer waits at a gate.</summary>
    public static Accident HoldAfter(Gate gate) => async call =>
    {
        var reply = await call.ExecuteNowAsync();
        await gate.PassAsync(call.Ended);
        return reply;
    };

    /// <summary>A read is answered by a node that lags behind.</summary>
    public static Accident ReadFrom(Snapshot past) => async call => await call.ExecuteAsync(call.Request, past);

    private static MongoRequest FirstDocuments(MongoRequest request, int count)
    {
        var command = BsonSerializer.Deserialize<BsonDocument>(request.Body);
        var documents = command.TryGetValue("documents", out var inside) ? inside.AsBsonArray : Split(request.Documents ?? []);
        command["documents"] = new BsonArray(documents.Take(count));
        return request with { Body = command.ToBson(), Documents = null };
    }

    private static BsonArray Split(byte[] documents)
    {
        var result = new BsonArray();
        for (var at = 0; at < documents.Length; at += BitConverter.ToInt32(documents, at))
        {
            result.Add(BsonSerializer.Deserialize<BsonDocument>(documents[at..(at + BitConverter.ToInt32(documents, at))]));
        }

        return result;
    }
}

/// <summary>Where a command waits until a test lets it pass. Once open it stays open.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the first command is at the gate.</summary>
    public Task Reached => reached.Task;

    public void Open() => opened.TrySetResult();

    public Task PassAsync(CancellationToken cancellation)
    {
        reached.TrySetResult();
        return opened.Task.WaitAsync(cancellation);
    }
}
