using AdServer.Access;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The audit in MongoDB: documents that are inserted and never changed, and beside each, once it has ended, one that says how. States are JSON
/// as text: what people sent is no field name of ours.
/// </summary>
internal sealed class MongoAuditStore(MongoRetry commands) : IAuditStore
{
    public const string Collection = "audit";
    public const string Ends = "audit_ends";

    public async Task AppendAuditAsync(AuditEntry entry, CancellationToken cancellation) =>
        await commands.InsertAsync(Collection, [Write(entry)], 1, cancellation);

    public async Task EndAuditAsync(string id, AuditOutcome outcome, DateTimeOffset at, CancellationToken cancellation) =>
        await commands.InsertAsync(Ends, [WriteEnd(id, outcome, at)], 1, cancellation);

    public async Task<AuditPage> ListAuditAsync(AuditQuery query, CancellationToken cancellation)
    {
        var newest = new BsonDocument { { "at", -1 }, { "_id", -1 } };
        var found = await commands.FindAsync(Collection, FilterOf(query), newest, query.Limit + 1, null, cancellation);
        return await JoinAsync(commands, found, query.Limit, cancellation);
    }

    /// <summary>Entries with their ends, as many as fit into a page. A reply of the engine may be cut, too.</summary>
    public static async Task<AuditPage> JoinAsync(MongoRetry commands, MongoPage found, int limit, CancellationToken cancellation)
    {
        var page = AuditPage.Cut(found.Documents.Select(Read), limit);
        var ids = page.Items.Select(entry => (BsonValue)entry.Id);
        var ends = (await commands.FindThoseAsync(Ends, ids, null, null, cancellation)).ToDictionary(end => end.Text("_id"));
        return new AuditPage(
            [.. page.Items.Select(entry => ends.TryGetValue(entry.Id, out var end) ? ReadEnd(entry, end) : entry)],
            page.HasMore || (!found.IsEnd && found.Documents.Count <= limit && page.Items.Count > 0));
    }

    public static BsonDocument Write(AuditEntry entry)
    {
        var (origin, document) = (entry.Origin, new BsonDocument { { "_id", entry.Id }, { "at", MongoFields.Instant(entry.At) } });
        document.AddRange(new BsonDocument { { "actorId", origin.ActorId }, { "actorName", origin.ActorName } });
        document.AddRange(new BsonDocument { { "action", entry.Action }, { "objectKind", entry.ObjectKind } });
        foreach (var (name, value) in new[]
        {
            ("role", origin.Role), ("address", origin.Address), ("traceId", origin.TraceId),
            ("objectId", entry.ObjectId), ("performerId", entry.PerformerId), ("before", entry.Before), ("after", entry.After),
        })
        {
            document.Add(name, value, value is not null);
        }

        return document;
    }

    public static BsonDocument WriteEnd(string id, AuditOutcome outcome, DateTimeOffset at) =>
        new() { { "_id", id }, { "outcome", MongoFields.Name(outcome) }, { "at", MongoFields.Instant(at) } };

    private static BsonDocument FilterOf(AuditQuery query)
    {
        var filter = new BsonDocument();
        filter.Add("objectKind", query.ObjectKind, query.ObjectKind is not null);
        filter.Add("objectId", query.ObjectId, query.ObjectId is not null);
        filter.Add("actorId", query.ActorId, query.ActorId is not null);
        var times = new BsonDocument();
        times.Add("$gte", () => MongoFields.Instant(query.From!.Value), query.From is not null);
        times.Add("$lt", () => MongoFields.Instant(query.Until!.Value), query.Until is not null);
        filter.Add("at", times, times.ElementCount > 0);
        return query.After is { } place ? MongoVerbs.And(filter, Before(place)) : filter;
    }

    /// <summary>The first condition follows from the second; an engine finds its way into the index by it.</summary>
    private static BsonDocument Before(ListPlace place) => new()
    {
        { "at", new BsonDocument("$lte", MongoFields.Instant(place.CreatedAt)) },
        {
            "$or", new BsonArray
            {
                new BsonDocument("at", new BsonDocument("$lt", MongoFields.Instant(place.CreatedAt))),
                new BsonDocument("_id", new BsonDocument("$lt", place.Id)),
            }
        },
    };

    private static AuditEntry Read(BsonDocument document) => new()
    {
        Id = document.Text("_id"),
        At = document.Instant("at"),
        Origin = new AuditOrigin(
            document.Text("actorId"), document.Text("actorName"), TextOrNull(document, "role"), TextOrNull(document, "address"), TextOrNull(document, "traceId")),
        Action = document.Text("action"),
        ObjectKind = document.Text("objectKind"),
        ObjectId = TextOrNull(document, "objectId"),
        PerformerId = TextOrNull(document, "performerId"),
        Before = TextOrNull(document, "before"),
        After = TextOrNull(document, "after"),
    };

    private static AuditEntry ReadEnd(AuditEntry entry, BsonDocument end) =>
        entry with { Outcome = end.Named<AuditOutcome>("outcome"), EndedAt = end.Instant("at") };

    private static string? TextOrNull(BsonDocument document, string field) => document.Has(field) ? document.Text(field) : null;
}
