using System.Runtime.CompilerServices;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Reads a collection in the order of a time and <c>_id</c>, part by part. Each part is a command of its own that begins after the last
/// key: a cursor would live on one server, and the next command of a pool may go to another.
/// </summary>
/// <param name="commands">The engine.</param>
/// <param name="collection">What is read; it has an index on the time and <c>_id</c>.</param>
/// <param name="time">The field of the time.</param>
internal sealed class MongoList(IMongoCommands commands, string collection, string time)
{
    private const int PartSize = 1000;

    /// <param name="filter">What is wanted.</param>
    /// <param name="after">The place after which to begin.</param>
    /// <param name="limit">The most documents.</param>
    /// <param name="fields">The fields that are wanted beside <c>_id</c> and the time; absent: all.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<BsonDocument> ReadAsync(
        BsonDocument filter,
        (DateTimeOffset Time, string Id)? after,
        int limit = int.MaxValue,
        BsonDocument? fields = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var left = limit; left > 0;)
        {
            var size = Math.Min(left, PartSize);
            var reply = await commands.RunAsync(Find(filter, after, size, fields), cancellation);
            List<BsonDocument> part = [.. reply.Documents()];
            foreach (var document in part)
            {
                yield return document;
            }

            if (part.Count == 0 || (part.Count < size && !reply.HasMore()))
            {
                yield break;
            }

            left -= part.Count;
            after = (part[^1].Instant(time), part[^1].Text("_id"));
        }
    }

    private BsonDocument Find(BsonDocument filter, (DateTimeOffset Time, string Id)? after, int size, BsonDocument? fields)
    {
        var find = new BsonDocument
        {
            { "find", collection },
            { "filter", after is { } place ? new BsonDocument("$and", new BsonArray { filter, After(place.Time, place.Id) }) : filter },
            { "sort", new BsonDocument { { time, 1 }, { "_id", 1 } } },
            { "limit", size },
            { "batchSize", size },
        };
        return fields is null ? find.Deciding() : find.Add("projection", fields.DeepClone().AsBsonDocument.Set(time, 1)).Deciding();
    }

    /// <summary>The first condition follows from the second; an engine finds its way into the index by it.</summary>
    private BsonDocument After(DateTimeOffset at, string id) => new()
    {
        { time, new BsonDocument("$gte", MongoFields.Instant(at)) },
        {
            "$or", new BsonArray
            {
                new BsonDocument(time, new BsonDocument("$gt", MongoFields.Instant(at))),
                new BsonDocument("_id", new BsonDocument("$gt", id)),
            }
        },
    };
}
