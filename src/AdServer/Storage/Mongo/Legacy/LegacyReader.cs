using System.Runtime.CompilerServices;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Legacy;

/// <summary>Reads collections of an older ad server, in the order of <c>_id</c>.</summary>
internal sealed class LegacyReader(MongoRetry commands)
{
    private const int PageSize = 1000;

    /// <summary>All documents. By counting, not by the last key: identities of several types may stand in one collection, and a comparison sees one type.</summary>
    public async IAsyncEnumerable<BsonDocument> ListAsync(
        string collection, BsonDocument fields, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var skip = 0; ;)
        {
            var find = new BsonDocument
            {
                { "find", collection }, { "sort", new BsonDocument("_id", 1) }, { "projection", fields }, { "skip", skip }, { "limit", PageSize },
                { "batchSize", PageSize },
            };
            var page = (await commands.RunAsync(find.Deciding(), cancellation)).Documents().ToList();
            foreach (var document in page)
            {
                yield return document;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            skip += page.Count;
        }
    }

    /// <summary>Some of the events of a document of <c>events_by_day</c>, which may have 16 MB; fewer only at its end.</summary>
    public async Task<BsonArray> ReadEventsAsync(BsonValue id, int skip, int limit, CancellationToken cancellation)
    {
        var slice = new BsonDocument("events", new BsonDocument("$slice", new BsonArray { skip, limit }));
        var page = await commands.FindAsync(MongoBuckets.Collection, new BsonDocument("_id", id), null, 1, slice, cancellation);
        return page.Documents is [var found] && found.GetValue("events", BsonNull.Value) is BsonArray events ? events : [];
    }
}
