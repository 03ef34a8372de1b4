using System.Runtime.CompilerServices;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The commands of the stores, with the concerns that all of them carry. Lists are read page by page after a key, never with
/// <c>getMore</c> (see <see cref="MongoReply.HasMore"/>).
/// </summary>
internal static class MongoVerbs
{
    /// <summary>The most statements of one command.</summary>
    public const int MostStatements = 1000;

    /// <summary>The most small documents of one page: far below the 16 MB of a reply.</summary>
    public const int PageSize = 5000;

    /// <summary>The first documents that match, in order.</summary>
    public static async Task<MongoPage> FindAsync(
        this MongoRetry commands, string collection, BsonDocument filter, BsonDocument? sort, int limit, BsonDocument? fields, CancellationToken cancellation)
    {
        var find = new BsonDocument
        {
            { "find", collection },
            { "filter", filter },
            { "sort", sort, sort is not null },
            { "projection", fields, fields is not null },
            { "limit", limit },
            { "batchSize", limit },
        };
        var reply = await commands.RunAsync(find.Deciding(), cancellation);
        var documents = reply.Documents().ToList();
        return new MongoPage(documents, documents.Count < limit && !reply.HasMore());
    }

    /// <summary>The document with an <c>_id</c>.</summary>
    public static async Task<BsonDocument?> FindOneAsync(
        this MongoRetry commands, string collection, BsonValue id, CancellationToken cancellation) =>
        (await commands.FindAsync(collection, new BsonDocument("_id", id), null, 1, null, cancellation)).Documents.SingleOrDefault();

    /// <summary>All that match, in the order of <c>_id</c>, which is text in all of them.</summary>
    public static async IAsyncEnumerable<BsonDocument> ScanAsync(
        this MongoRetry commands,
        string collection,
        BsonDocument filter,
        BsonDocument? fields,
        int pageSize,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var place = filter;
        while (true)
        {
            var page = await commands.FindAsync(collection, place, new BsonDocument("_id", 1), pageSize, fields, cancellation);
            foreach (var document in page.Documents)
            {
                yield return document;
            }

            if (page.IsEnd)
            {
                yield break;
            }

            place = And(filter, new BsonDocument("_id", new BsonDocument("$gt", page.Documents[^1]["_id"])));
        }
    }

    /// <summary>All whose <c>_id</c> is one of these.</summary>
    public static async Task<List<BsonDocument>> FindThoseAsync(
        this MongoRetry commands,
        string collection,
        IEnumerable<BsonValue> ids,
        BsonDocument? filter,
        BsonDocument? fields,
        CancellationToken cancellation)
    {
        var found = new List<BsonDocument>();
        foreach (var some in ids.Chunk(MostStatements))
        {
            var those = And(new BsonDocument("_id", In(some)), filter ?? []);
            found.AddRange((await commands.FindAsync(collection, those, null, some.Length, fields, cancellation)).Documents);
        }

        return found;
    }

    /// <summary>The documents that a pipeline gives; those beyond the reply's 16 MB are missing, and the page says so.</summary>
    public static async Task<MongoPage> AggregateAsync(
        this MongoRetry commands, string collection, BsonArray pipeline, int most, CancellationToken cancellation)
    {
        var aggregate = new BsonDocument
        {
            { "aggregate", collection },
            { "pipeline", pipeline },
            { "cursor", new BsonDocument("batchSize", most) },
        };
        var reply = await commands.RunAsync(aggregate.Deciding(), cancellation);
        return new MongoPage([.. reply.Documents()], !reply.HasMore());
    }

    /// <summary>Inserts, in any order; returns the positions of those whose <c>_id</c> is taken.</summary>
    public static async Task<IReadOnlyList<int>> InsertAsync(
        this MongoRetry commands, string collection, IReadOnlyList<BsonDocument> documents, int atOnce, CancellationToken cancellation)
    {
        var refused = new List<int>();
        for (var done = 0; done < documents.Count; done += atOnce)
        {
            var insert = Write("insert", collection, "documents", documents.Skip(done).Take(atOnce));
            var reply = await commands.RunAsync(insert, cancellation);
            refused.AddRange(reply.ThrowIfFailed(MongoReply.DuplicateKey).WriteErrors().Select(error => done + error.Index));
        }

        return refused;
    }

    /// <summary>
    /// Updates, in any order; returns how many documents met their statement. An upsert whose guard fails, or that lost a race for its
    /// <c>_id</c>, is tried once more as a plain update: then the guard alone decides.
    /// </summary>
    public static async Task<long> UpdateAsync(
        this MongoRetry commands, string collection, IEnumerable<BsonDocument> statements, CancellationToken cancellation)
    {
        var met = 0L;
        foreach (var some in statements.Chunk(MostStatements))
        {
            var reply = await commands.RunAsync(Write("update", collection, "updates", some), cancellation);
            met += reply.ThrowIfFailed(MongoReply.DuplicateKey)["n"].ToInt64();
            var refused = reply.WriteErrors().Select(error => new BsonDocument(some[error.Index]).Set("upsert", false)).ToList();
            met += refused.Count == 0 ? 0 : await commands.UpdateAsync(collection, refused, cancellation);
        }

        return met;
    }

    /// <summary>Deletes all that meet one of the filters; returns how many did.</summary>
    public static async Task<long> DeleteAsync(
        this MongoRetry commands, string collection, IEnumerable<BsonDocument> filters, CancellationToken cancellation)
    {
        var gone = 0L;
        foreach (var some in filters.Chunk(MostStatements))
        {
            var deletes = some.Select(filter => new BsonDocument { { "q", filter }, { "limit", 0 } });
            gone += (await commands.RunAsync(Write("delete", collection, "deletes", deletes), cancellation)).ThrowIfFailed()["n"].ToInt64();
        }

        return gone;
    }

    /// <summary>One statement of an <c>update</c>.</summary>
    public static BsonDocument Statement(BsonDocument filter, BsonDocument change, bool upsert = false, bool multi = false) =>
        new() { { "q", filter }, { "u", change }, { "upsert", upsert }, { "multi", multi } };

    public static BsonDocument In(IEnumerable<BsonValue> values) => new("$in", new BsonArray(values));

    /// <summary>Both conditions; an empty one is none.</summary>
    public static BsonDocument And(BsonDocument one, BsonDocument other) =>
        one.ElementCount == 0 ? other : other.ElementCount == 0 ? one : new BsonDocument("$and", new BsonArray { one, other });

    /// <summary>Every <c>_id</c> that begins with this text and a bar: the brace is the character after the bar.</summary>
    public static BsonDocument BeginsWith(string text) => new("_id", new BsonDocument { { "$gte", $"{text}|" }, { "$lt", $"{text}}}" } });

    private static BsonDocument Write(string verb, string collection, string list, IEnumerable<BsonDocument> statements) =>
        new BsonDocument { { verb, collection }, { "ordered", false }, { list, new BsonArray(statements) } }.Durable();
}

/// <summary>What a command read, and whether that is all there is.</summary>
internal sealed record MongoPage(IReadOnlyList<BsonDocument> Documents, bool IsEnd);
