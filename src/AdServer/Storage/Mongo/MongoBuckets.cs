using AdServer.Common;
using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The documents of <c>events_by_day</c>: the events of a day and a roll in parts of bounded size (law 7), <c>_id: date|roll|part</c> with
/// leading zeros, so that they sort. A part is written whole.
/// </summary>
internal static class MongoBuckets
{
    public const string Collection = "events_by_day";

    /// <summary>The most events of one part.</summary>
    public const int MostEvents = 1000;

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

    /// <summary>The parts of a day, in order.</summary>
    public static IAsyncEnumerable<BsonDocument> ListDayAsync(MongoRetry commands, UtcDay day, CancellationToken cancellation) =>
        commands.ScanAsync(Collection, MongoVerbs.BeginsWith(day.ToString()), null, AtOnce, cancellation);

    public static AdEvent ReadEntry(BsonValue entry) => MongoEvents.Read(entry.AsBsonDocument);

    public static string IdOf(UtcDay day, long roll, int part) => FormattableString.Invariant($"{day}|{roll:d12}|{part:d5}");

    public static BsonDocument PartsOf(string day, long roll) => MongoVerbs.BeginsWith(FormattableString.Invariant($"{day}|{roll:d12}"));

    private static BsonDocument WriteEntry(AdEvent one) =>
        one.EventId is null ? MongoEvents.WriteBody(one) : new BsonDocument("_id", one.EventId).AddRange(MongoEvents.WriteBody(one));
}
