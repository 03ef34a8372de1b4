using System.Runtime.CompilerServices;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Reads events in the order (batch, place), page by page.</summary>
internal static class MongoEventScan
{
    private static readonly BsonDocument Order = new() { { "batch", 1 }, { "place", 1 } };

    /// <summary>The events of some batches that match.</summary>
    public static IAsyncEnumerable<BsonDocument> OfBatchesAsync(
        MongoRetry commands, IReadOnlyList<string> batches, BsonDocument filter, CancellationToken cancellation) =>
        batches.Chunk(MongoVerbs.MostStatements).ToAsyncEnumerable().SelectMany(some => ListAsync(
            commands, MongoVerbs.And(new BsonDocument("batch", MongoVerbs.In(some.Select(batch => (BsonValue)batch))), filter), null, cancellation));

    /// <summary>The events that match.</summary>
    public static async IAsyncEnumerable<BsonDocument> ListAsync(
        MongoRetry commands, BsonDocument filter, BsonDocument? fields, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var place = default((string Batch, int Place)?);
        while (true)
        {
            var page = await PageAsync(commands, filter, place, MongoEvents.PageSize, fields, cancellation);
            foreach (var document in page.Documents)
            {
                yield return document;
            }

            if (page.IsEnd)
            {
                yield break;
            }

            place = PlaceOf(page.Documents[^1]);
        }
    }

    /// <summary>The first events that match after a place.</summary>
    public static Task<MongoPage> PageAsync(
        MongoRetry commands, BsonDocument filter, (string Batch, int Place)? after, int limit, BsonDocument? fields, CancellationToken cancellation) =>
        commands.FindAsync(MongoEvents.Collection, MongoVerbs.And(filter, After(after)), Order, limit, fields, cancellation);

    public static (string Batch, int Place) PlaceOf(BsonDocument document) => (document["batch"].AsString, document["place"].ToInt32());

    private static BsonDocument After((string Batch, int Place)? after) => after is var (batch, place)
        ? new BsonDocument("$or", new BsonArray
        {
            new BsonDocument("batch", new BsonDocument("$gt", batch)),
            new BsonDocument { { "batch", batch }, { "place", new BsonDocument("$gt", place) } },
        })
        : [];
}
