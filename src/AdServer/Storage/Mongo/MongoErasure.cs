using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// One device. An event whose roll was applied has its bucket entry for good: first the entry loses the device, then the event, then the entry
/// once more, because a rebuild may have read the event before. What nobody will ever commit is sealed and loses the device, too.
/// </summary>
internal sealed class MongoErasure(MongoRetry commands, MongoSpools spools, TimeProvider clock, string deviceId) : IErasure
{
    private const int Slice = 500;

    /// <summary>How often all is looked at again because a write found more than a read has shown.</summary>
    private const int MostLooks = 10;

    /// <summary>For so long the owner of a batch is given time to commit it. Courtesy, not safety: the record decides.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(10);

    private static readonly BsonDocument NoDevice = new("$unset", new BsonDocument { { "deviceId", "" }, { "userAgent", "" }, { "looks", "" } });

    private readonly MongoBatches batches = new(commands);
    private readonly MongoRolls rolls = new(commands, clock);
    private IReadOnlyList<string>? asked;

    private BsonDocument OfDevice => new("deviceId", deviceId);

    public async Task<ErasureStep> StepAsync(CancellationToken cancellation)
    {
        var step = default(ErasureStep);
        for (var looks = 1; ; looks++)
        {
            var waiting = new List<string>();
            step = await PassAsync(step, waiting, cancellation);
            var isAll = !await AreMoreAsync(waiting, cancellation);
            if (isAll || looks == MostLooks)
            {
                asked ??= [.. waiting.Distinct()];
                // What no look has shown may be there still.
                var left = Math.Max(waiting.Count(asked.Contains), isAll ? 0 : 1);
                return step with { Waiting = left, AreSpooled = !await spools.AreEmptyAsync(cancellation) };
            }
        }
    }

    /// <summary>Goes through all events of the device; adds the batch of each that has to wait to a list.</summary>
    private async Task<ErasureStep> PassAsync(ErasureStep step, List<string> waiting, CancellationToken cancellation)
    {
        var applied = await rolls.ReadLastAppliedAsync(cancellation);
        var fields = new BsonDocument { { "batch", 1 }, { "place", 1 }, { "day", 1 } };
        for (var (place, isEnd) = (((string, int)?)null, false); !isEnd;)
        {
            var page = await MongoEventScan.PageAsync(commands, OfDevice, place, Slice, fields, cancellation);
            var records = await batches.ReadAsync(page.Documents.Select(one => one.Text("batch")).Distinct(), cancellation);
            var (rolled, open) = Sort(page.Documents, records, applied, waiting);
            step = step with { BucketEntries = step.BucketEntries + await EraseEntriesAsync(rolled, cancellation) };
            step = step with { Events = step.Events + await EraseEventsAsync([.. rolled.Select(one => one.Event), .. open], cancellation) };
            await EraseEntriesAsync(rolled, cancellation);
            // Not among those that wait: the next look finds them, sealed or committed.
            var late = page.Documents.Select(one => one.Text("batch")).Where(batch => IsLate(batch, records)).ToHashSet();
            await batches.SealAsync(late, cancellation);
            waiting.RemoveAll(late.Contains);
            (place, isEnd) = page.IsEnd ? (place, true) : (MongoEventScan.PlaceOf(page.Documents[^1]), false);
        }

        return step;
    }

    /// <summary>Events of applied rolls, and those that are in a sealed batch and in no roll, ever; the batches of all others wait.</summary>
    private static (List<(BsonDocument Event, long Roll)> Rolled, List<BsonDocument> Open) Sort(
        IReadOnlyList<BsonDocument> events, Dictionary<string, BsonDocument> records, long applied, List<string> waiting)
    {
        var (rolled, open) = (new List<(BsonDocument, long)>(), new List<BsonDocument>());
        foreach (var one in events)
        {
            var record = records.GetValueOrDefault(one.Text("batch"));
            if (record is not null && MongoBatches.IsSealed(record))
            {
                open.Add(one);
            }
            else if (record is not null && MongoBatches.RollOf(record) is { } roll && roll <= applied)
            {
                rolled.Add((one, roll));
            }
            else
            {
                waiting.Add(one.Text("batch"));
            }
        }

        return (rolled, open);
    }

    private bool IsLate(string batch, Dictionary<string, BsonDocument> records) =>
        !records.ContainsKey(batch) && clock.GetUtcNow() - MongoBatchNames.MadeAt(batch) > Courtesy;

    /// <summary>Takes the device out of the bucket entries; says of how many, as they were found before.</summary>
    private async Task<long> EraseEntriesAsync(List<(BsonDocument Event, long Roll)> rolled, CancellationToken cancellation)
    {
        var parts = rolled.Select(one => (one.Event.Text("day"), one.Roll)).Distinct().ToList();
        return await MongoBuckets.EraseAsync(commands, parts, deviceId, cancellation);
    }

    private Task<long> EraseEventsAsync(IEnumerable<BsonDocument> events, CancellationToken cancellation) => commands.UpdateAsync(
        MongoEvents.Collection,
        events.Select(one => MongoVerbs.Statement(new BsonDocument("_id", one["_id"]).AddRange(OfDevice), NoDevice)),
        cancellation);

    /// <summary>Whether there are events beside those that wait, by a write that looks for them: a read may come from a node that is behind.</summary>
    private async Task<bool> AreMoreAsync(List<string> waiting, CancellationToken cancellation)
    {
        var others = OfDevice.Add("batch", new BsonDocument("$nin", new BsonArray(waiting.Distinct())));
        var look = MongoVerbs.Statement(others, new BsonDocument("$inc", new BsonDocument("looks", 1L)), multi: true);
        return await commands.UpdateAsync(MongoEvents.Collection, [look], cancellation) > 0;
    }
}
