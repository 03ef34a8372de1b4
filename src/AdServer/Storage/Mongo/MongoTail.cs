using System.Runtime.CompilerServices;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Committed events after a position, added up by the engine. What waits is read before what is rolled: a batch that moves from one to
/// the other between the two reads is seen twice and taken once, but never missed.
/// </summary>
internal sealed class MongoTail(MongoRetry commands)
{
    /// <summary>About how many events one command adds up: at most as many sums come back, of less than 1.5 KB each.</summary>
    private const int EventsAtOnce = 8000;

    private readonly MongoBatches batches = new(commands);

    /// <summary>The committed batches that are in no roll, or in one after a position.</summary>
    public async Task<IReadOnlyCollection<MongoBatch>> ListAsync(long after, CancellationToken cancellation)
    {
        var tail = new Dictionary<string, MongoBatch>();
        await foreach (var batch in batches.ListWaitingAsync(MongoVerbs.PageSize, cancellation))
        {
            tail[batch.Id] = batch;
        }

        await foreach (var batch in batches.ListRolledAsync(after, long.MaxValue, cancellation))
        {
            tail[batch.Id] = batch;
        }

        return tail.Values;
    }

    /// <summary>The sums of some batches; nothing if this node does not see all of their events.</summary>
    public async Task<IReadOnlyList<MongoSum>?> TryAddUpAsync(IEnumerable<MongoBatch> some, CancellationToken cancellation)
    {
        var sums = new List<MongoSum>();
        await foreach (var (found, expected, part) in AddUpAsync(some, cancellation))
        {
            if (found != expected)
            {
                return null;
            }

            sums.AddRange(part);
        }

        return sums;
    }

    /// <summary>
    /// The sums of some batches, a bounded number of events at a time, and how many events were found and should have been: as many, where
    /// some may have been deleted.
    /// </summary>
    public async IAsyncEnumerable<(long Found, long Expected, IReadOnlyList<MongoSum> Sums)> AddUpAsync(
        IEnumerable<MongoBatch> some, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var group in some.GroupBy(batch => (batch.Roll, batch.IsThinned)))
        {
            foreach (var part in Cut(group))
            {
                var pipeline = new BsonArray
                {
                    new BsonDocument("$match", new BsonDocument("batch", MongoVerbs.In(part.Select(batch => (BsonValue)batch.Id)))),
                    new BsonDocument("$group", Sums),
                };
                var page = await commands.AggregateAsync(MongoEvents.Collection, pipeline, MongoVerbs.MostStatements * 1000, cancellation);
                var found = page.IsEnd ? page.Documents.Sum(sum => sum["events"].ToInt64()) : -1;
                var live = page.Documents.Where(sum => sum["_id"].AsBsonDocument.GetValue("adId", BsonNull.Value).IsString);
                var expected = group.Key.IsThinned && page.IsEnd ? found : part.Sum(batch => (long)batch.Events);
                yield return (found, expected, [.. live.Select(sum => Read(sum, group.Key.Roll))]);
            }
        }
    }

    private static BsonDocument Sums => new()
    {
        {
            "_id", new BsonDocument
            {
                { "adId", "$adId" }, { "performerId", "$performerId" }, { "package", "$packageName" }, { "isOther", "$isOtherPackage" },
                { "day", "$day" }, { "revision", "$revision" }, { "type", "$eventType" }, { "flaw", "$flaw" },
                { "verified", "$verified" },
            }
        },
        { "events", new BsonDocument("$sum", 1L) },
        { "watchDuration", new BsonDocument("$sum", "$watchDuration") },
    };

    /// <summary>Parts of a bounded number of events and batches, but of one batch at least.</summary>
    private static IEnumerable<List<MongoBatch>> Cut(IEnumerable<MongoBatch> batches)
    {
        var (part, events) = (new List<MongoBatch>(), 0L);
        foreach (var batch in batches)
        {
            if (part.Count > 0 && (events + batch.Events > EventsAtOnce || part.Count == MongoVerbs.MostStatements))
            {
                yield return part;
                (part, events) = ([], 0);
            }

            part.Add(batch);
            events += batch.Events;
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }

    private static TrafficClass ClassOf(BsonDocument key) => MongoEvents.ClassOf(key.GetValue("flaw", BsonNull.Value)) is var flaw && flaw != TrafficClass.None
        ? flaw
        : key.GetValue("verified", BsonNull.Value) is BsonBoolean { Value: true } ? TrafficClass.Verified : TrafficClass.None;

    private static MongoSum Read(BsonDocument sum, long? roll)
    {
        var key = sum["_id"].AsBsonDocument;
        var isOther = key.GetValue("isOther", BsonNull.Value) is BsonBoolean { Value: true };
        var count = sum["events"].ToInt64();
        var counts = MongoEvents.TypeOf(key["type"].AsString) switch
        {
            EventType.View => new DayCounts(count, 0, 0, 0, sum["watchDuration"].ToInt64()),
            EventType.Click => new DayCounts(0, count, 0, 0, 0),
            EventType.Skip => new DayCounts(0, 0, count, 0, 0),
            _ => new DayCounts(0, 0, 0, count, 0),
        };
        var package = isOther ? AdEvent.OtherPackage : key["package"].AsString;
        return new MongoSum(
            roll,
            new PackageDay(key["adId"].AsString, key["performerId"].AsString, package, UtcDay.Parse(key["day"].AsString)),
            key.GetValue("revision", BsonNull.Value) is { IsNumeric: true } revision ? revision.ToInt32() : 0,
            ClassOf(key),
            counts);
    }
}

/// <summary>Events of one ad, package, day, revision and class, added up.</summary>
/// <param name="Roll">The roll that holds them, if one does.</param>
/// <param name="Key">Where they count.</param>
/// <param name="Revision">The revision of the day that they belong to.</param>
/// <param name="Class">What they count as beside all others.</param>
/// <param name="Counts">What they add.</param>
internal sealed record MongoSum(long? Roll, PackageDay Key, int Revision, TrafficClass Class, DayCounts Counts);
