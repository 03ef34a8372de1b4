using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The documents <c>raw_since {_id: the day on which it was said, day}</c>: raw events are kept from a day on. The latest day holds; it only ever
/// grows, whoever says it and however late.
/// </summary>
internal sealed class MongoRawSince(MongoRetry commands)
{
    public const string Collection = "raw_since";

    /// <summary>More than anybody will ever have: one a day.</summary>
    private const int MostSaid = MongoVerbs.PageSize;

    /// <summary>The first day whose raw events are all kept, as far as this node knows; nothing if none were ever removed.</summary>
    public async Task<UtcDay?> ReadAsync(CancellationToken cancellation)
    {
        var page = await commands.FindAsync(Collection, [], new BsonDocument("day", -1), 1, null, cancellation);
        return page.Documents is [var latest] ? UtcDay.Parse(latest.Text("day")) : null;
    }

    /// <summary>
    /// Whether all raw events of a day are kept, by a write that looks for the contrary: what a read says may be old. Whatever was read of the
    /// day before was all there was.
    /// </summary>
    public async Task<bool> KeepsAsync(UtcDay day, CancellationToken cancellation)
    {
        var later = new BsonDocument("day", new BsonDocument("$gt", day.ToString()));
        var look = MongoVerbs.Statement(later, new BsonDocument("$inc", new BsonDocument("looks", 1L)));
        return await commands.UpdateAsync(Collection, [look], cancellation) == 0;
    }

    public Task RaiseAsync(UtcDay on, UtcDay day, CancellationToken cancellation)
    {
        var latest = new BsonDocument("$max", new BsonDocument("day", day.ToString()));
        return commands.UpdateAsync(Collection, [MongoVerbs.Statement(new BsonDocument("_id", on.ToString()), latest, upsert: true)], cancellation);
    }

    /// <summary>All that was said, in the order of its saying.</summary>
    public async Task<IReadOnlyList<(UtcDay On, UtcDay Day)>> ListAsync(CancellationToken cancellation) =>
        [.. (await commands.FindAsync(Collection, [], new BsonDocument("_id", 1), MostSaid, null, cancellation)).Documents
            .Select(said => (UtcDay.Parse(said.Text("_id")), UtcDay.Parse(said.Text("day"))))];
}
