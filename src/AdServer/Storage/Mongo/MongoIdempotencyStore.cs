using AdServer.Access;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Idempotency keys in MongoDB: the unique <c>_id</c> decides who reserves a key, and everybody finds what it was reserved for.</summary>
internal sealed class MongoIdempotencyStore(MongoRetry commands) : IIdempotencyStore
{
    public const string Collection = "idempotency_keys";

    /// <summary>How often a key may be taken when we write and free when we look.</summary>
    private const int MostTries = 20;

    public async Task<(ReservedKey Held, bool IsNew)?> ReserveKeyAsync(ReservedKey wanted, int most, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            // Ours is an insert that was executed without an answer.
            if (await commands.FindOneAsync(Collection, wanted.Id, cancellation) is { } held)
            {
                return (Read(held), held.Text("objectId") == wanted.ObjectId);
            }

            if (await CountAsync(wanted.CallerId, cancellation) >= most)
            {
                return null;
            }

            if (!(await commands.RunAsync(MongoWrites.Insert(Collection, Write(wanted)), cancellation)).IsDuplicate())
            {
                return (wanted, true);
            }
        }

        throw new StoreUnavailableException("The MongoDB server says that an idempotency key is taken, and does not say for what");
    }

    public async Task AnswerKeyAsync(string id, KeyAnswer answer, CancellationToken cancellation)
    {
        var filter = new BsonDocument { { "_id", id }, { "status", BsonNull.Value } };
        var fields = new BsonDocument { { "status", answer.Status }, { "answeredId", answer.ObjectId } };
        (await commands.RunAsync(MongoWrites.Update(Collection, filter, new("$set", fields)), cancellation)).ThrowIfFailed();
    }

    public async Task<int> RemoveKeysAsync(DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        var old = new BsonDocument("createdAt", new BsonDocument("$lt", MongoFields.Instant(before)));
        var found = await commands.FindAsync(Collection, old, null, limit, new BsonDocument("_id", 1), cancellation);
        if (found.Documents.Count > 0)
        {
            await commands.DeleteAsync(Collection, [new BsonDocument("_id", MongoVerbs.In(found.Documents.Select(key => key["_id"])))], cancellation);
        }

        return found.Documents.Count;
    }

    private async Task<long> CountAsync(string callerId, CancellationToken cancellation)
    {
        var count = new BsonDocument { { "count", Collection }, { "query", new BsonDocument("callerId", callerId) } };
        return (await commands.RunAsync(count.Deciding(), cancellation))["n"].ToInt64();
    }

    private static BsonDocument Write(ReservedKey key) => new()
    {
        { "_id", key.Id },
        { "callerId", key.CallerId },
        { "fingerprint", key.Fingerprint },
        { "objectId", key.ObjectId },
        { "createdAt", MongoFields.Instant(key.CreatedAt) },
    };

    private static ReservedKey Read(BsonDocument document) => new(
        document.Text("_id"), document.Text("callerId"), document.Text("fingerprint"), document.Text("objectId"), document.Instant("createdAt"))
    {
        Answer = document.Has("status") ? new KeyAnswer(document["status"].ToInt32(), document.Text("answeredId")) : null,
    };
}
