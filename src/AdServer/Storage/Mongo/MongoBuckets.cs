using AdServer.Common;
using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The documents of <c>events_by_day</c>: the events of a day and a roll in parts of bounded size (law 7), <c>_id: date|roll|part</c> with
/// leading zeros, so that they sort. A part is written whole. <c>erased</c> counts how often devices were taken out of it since: whoever
/// read events before may not write them into it any more.
/// </summary>
internal static class MongoBuckets
{
    public const string Collection = "events_by_day";

    /// <summary>The most events of one part.</summary>
    public const int MostEvents = 1000;

    public const string Erased = "erased";

    /// <summary>Parts of one command or page: each is below 3 MB.</summary>
    public const int AtOnce = 4;

    /// <summary>
    /// Writes the parts of a roll that are not there. Cut before removed ads are left out: whoever writes a part, at whatever time, cuts
    /// it at the same events.
    /// </summary>
    public static Task AddAsync(MongoRetry commands, Roll roll, IReadOnlySet<string> gone, DateTimeOffset now, CancellationToken cancellation)
    {
        var parts =
            from day in roll.Events.GroupBy(one => one.Day)
            from part in day.Chunk(MostEvents).Select((events, index) => (Number: index + 1, Events: events.Where(one => !gone.Contains(one.AdId))))
            where part.Events.Any()
            select Write(day.Key, roll.Number, part.Number, part.Events, now);
        return commands.InsertAsync(Collection, [.. parts], AtOnce, cancellation);
    }

    public static BsonDocument Write(UtcDay day, long roll, int part, IEnumerable<AdEvent> events, DateTimeOffset now) => new()
    {
        { "_id", IdOf(day, roll, part) },
        { "date", day.ToString() },
        { "roll", roll },
        { "events", new BsonArray(events.Select(WriteEntry)) },
        { "createdAt", now.UtcDateTime },
    };

    /// <summary>Takes the events of some ads out of the parts of some days and rolls.</summary>
    public static async Task SweepAsync(
        MongoRetry commands, IReadOnlyCollection<(string Day, long Roll)> parts, BsonArray ads, CancellationToken cancellation)
    {
        var pull = new BsonDocument("$pull", new BsonDocument("events", new BsonDocument("adId", new BsonDocument("$in", ads))));
        await commands.UpdateAsync(
            Collection, parts.Select(part => MongoVerbs.Statement(PartsOf(part.Day, part.Roll), pull, multi: true)), cancellation);
        await commands.DeleteAsync(
            Collection, parts.Select(part => PartsOf(part.Day, part.Roll).Add("events", new BsonArray())), cancellation);
    }

    /// <summary>Takes a device out of the parts of some days and rolls; says out of how many entries, as they were found before.</summary>
    public static async Task<long> EraseAsync(
        MongoRetry commands, IReadOnlyCollection<(string Day, long Roll)> parts, string deviceId, CancellationToken cancellation)
    {
        var entries = 0L;
        foreach (var part in parts)
        {
            entries += await CountAsync(commands, PartsOf(part.Day, part.Roll), deviceId, cancellation);
        }

        var change = new BsonDocument
        {
            { "$unset", new BsonDocument { { "events.$[one].deviceId", "" }, { "events.$[one].userAgent", "" } } },
            { "$inc", new BsonDocument(Erased, 1L) },
        };
        var whose = new BsonArray { new BsonDocument("one.deviceId", deviceId) };
        await commands.UpdateAsync(
            Collection,
            parts.Select(part => MongoVerbs.Statement(PartsOf(part.Day, part.Roll), change, multi: true).Add("arrayFilters", whose)),
            cancellation);
        return entries;
    }

    /// <summary>How often devices were taken out of each part of a day and a roll.</summary>
    public static async Task<IReadOnlyDictionary<string, BsonValue>> ReadErasedAsync(
        MongoRetry commands, UtcDay day, long roll, CancellationToken cancellation) =>
        await commands.ScanAsync(Collection, PartsOf(day.ToString(), roll), new BsonDocument(Erased, 1), MongoVerbs.PageSize, cancellation)
            .ToDictionaryAsync(part => part.Text("_id"), part => part.GetValue(Erased, BsonNull.Value), cancellationToken: cancellation);

    /// <summary>The parts of a day, in order.</summary>
    public static IAsyncEnumerable<BsonDocument> ListDayAsync(MongoRetry commands, UtcDay day, CancellationToken cancellation) =>
        commands.ScanAsync(Collection, MongoVerbs.BeginsWith(day.ToString()), null, AtOnce, cancellation);

    public static AdEvent ReadEntry(BsonValue entry) => MongoEvents.Read(entry.AsBsonDocument);

    public static string IdOf(UtcDay day, long roll, int part) => FormattableString.Invariant($"{day}|{roll:d12}|{part:d5}");

    public static BsonDocument PartsOf(string day, long roll) => MongoVerbs.BeginsWith(FormattableString.Invariant($"{day}|{roll:d12}"));

    private static async Task<long> CountAsync(MongoRetry commands, BsonDocument parts, string deviceId, CancellationToken cancellation)
    {
        var ofDevice = new BsonDocument("events.deviceId", deviceId);
        var pipeline = new BsonArray
        {
            new BsonDocument("$match", MongoVerbs.And(parts, ofDevice)),
            new BsonDocument("$unwind", "$events"),
            new BsonDocument("$match", ofDevice),
            new BsonDocument("$group", new BsonDocument { { "_id", BsonNull.Value }, { "entries", new BsonDocument("$sum", 1L) } }),
        };
        var page = await commands.AggregateAsync(Collection, pipeline, 1, cancellation);
        return page.Documents is [var sum] ? sum["entries"].ToInt64() : 0;
    }

    private static BsonDocument WriteEntry(AdEvent one) =>
        one.EventId is null ? MongoEvents.WriteBody(one) : new BsonDocument("_id", one.EventId).AddRange(MongoEvents.WriteBody(one));
}
