using AdServer.Common;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Deletes old raw events in MongoDB. Every step may be repeated by anybody at any time; the place is only remembered. Of an event with an
/// identity from a client the identity stays, and of any other, too, while the batch is so young that a spool may hold the event still.
/// </summary>
internal sealed class MongoRetentionStore(MongoRetry commands, TimeProvider clock) : IRetentionStore
{
    private const int BucketsAtOnce = 20;

    /// <summary>So long other hosts are given to look at what was committed: they look each second, and only a look tells them what was seen.</summary>
    private static readonly TimeSpan LookedAt = TimeSpan.FromHours(1);

    /// <summary>So long a host may have been down that has appended from its spool, and not taken out of it yet.</summary>
    private static readonly TimeSpan LongestSpool = TimeSpan.FromDays(RetentionService.IdDays);

    private readonly MongoRawSince rawSince = new(commands);
    private readonly MongoBatches batches = new(commands);
    private readonly MongoRolls rolls = new(commands, clock);
    private Scan? current;

    public Task RaiseRawSinceAsync(UtcDay day, CancellationToken cancellation) => rawSince.RaiseAsync(UtcDay.Of(clock.Now()), day, cancellation);

    public async Task<RawRemoval> RemoveRawAsync(int slice, CancellationToken cancellation)
    {
        if (await rawSince.ReadAsync(cancellation) is not { } since)
        {
            return default;
        }

        // Read before the events: of the rolls up to this one every event is there.
        var applied = await rolls.ReadLastAppliedAsync(cancellation);
        if (await RemoveBucketsAsync(since, applied, cancellation))
        {
            return new RawRemoval(0, MayBeMore: true);
        }

        current ??= await FindDayAsync(string.Empty, since, cancellation);
        if (current is not { } scan)
        {
            return default;
        }

        var page = await MongoEventScan.PageAsync(
            commands, new BsonDocument("day", scan.Day), scan.Place, slice, new BsonDocument { { "batch", 1 }, { "place", 1 } }, cancellation);
        var removed = await RemoveAsync(page.Documents, applied, cancellation);
        current = page.IsEnd
            ? await FindDayAsync(scan.Day, since, cancellation)
            : scan with { Place = MongoEventScan.PlaceOf(page.Documents[^1]) };
        return new RawRemoval(removed, current is not null);
    }

    /// <summary>Only what is still as it was found: an identity that was given away again is another event's.</summary>
    public async Task<bool> RemoveIdsAsync(UtcDay before, int slice, CancellationToken cancellation)
    {
        var isOld = new BsonDocument(MongoEvents.RemovedOn, new BsonDocument("$lt", before.ToString()));
        var page = await commands.FindAsync(MongoEvents.Collection, isOld, null, slice, new BsonDocument("_id", 1), cancellation);
        var those = page.Documents.Select(one => one["_id"]).Chunk(MongoVerbs.MostStatements)
            .Select(some => MongoVerbs.And(new BsonDocument("_id", MongoVerbs.In(some)), isOld));
        await commands.DeleteAsync(MongoEvents.Collection, those, cancellation);
        return !page.IsEnd;
    }

    /// <summary>The first day after one and before another that has an event.</summary>
    private async Task<Scan?> FindDayAsync(string after, UtcDay before, CancellationToken cancellation)
    {
        var between = new BsonDocument("day", new BsonDocument { { "$gt", after }, { "$lt", before.ToString() } });
        var page = await commands.FindAsync(
            MongoEvents.Collection, between, new BsonDocument("day", 1), 1, new BsonDocument("day", 1), cancellation);
        return page.Documents is [var first] ? new Scan(first.Text("day"), null) : null;
    }

    /// <summary>Buckets go before their events, so that whatever a bucket holds of a device is found by the events. Says whether there were any.</summary>
    private async Task<bool> RemoveBucketsAsync(UtcDay since, long applied, CancellationToken cancellation)
    {
        var old = new BsonDocument
        {
            { "_id", new BsonDocument("$lt", since.ToString()) }, { "roll", new BsonDocument("$lte", applied) },
        };
        var page = await commands.FindAsync(
            MongoBuckets.Collection, old, new BsonDocument("_id", 1), BucketsAtOnce, new BsonDocument("_id", 1), cancellation);
        var those = new BsonDocument("_id", MongoVerbs.In(page.Documents.Select(bucket => bucket["_id"])));
        return page.Documents.Count > 0 && await commands.DeleteAsync(MongoBuckets.Collection, [those], cancellation) > 0;
    }

    private async Task<int> RemoveAsync(IReadOnlyList<BsonDocument> events, long applied, CancellationToken cancellation)
    {
        var now = clock.Now();
        var records = await batches.ReadAsync(events.Select(one => one.Text("batch")).Distinct(), cancellation);
        var rolled = events.Where(one =>
            records.TryGetValue(one.Text("batch"), out var record) && MongoBatches.RollOf(record) <= applied
            && now - MongoBatchNames.MadeAt(one.Text("batch")) > LookedAt).ToList();
        var isForgotten = rolled.ToLookup(one => !one["_id"].IsString && now - MongoBatchNames.MadeAt(one.Text("batch")) > LongestSpool);
        await batches.ThinAsync(rolled.Select(one => one.Text("batch")).Distinct(), cancellation);
        await commands.UpdateAsync(
            MongoEvents.Collection, isForgotten[false].Select(one => MongoEvents.Strip(one, UtcDay.Of(now))), cancellation);
        await commands.DeleteAsync(
            MongoEvents.Collection,
            isForgotten[true].Select(one => one["_id"]).Chunk(MongoVerbs.MostStatements).Select(some => new BsonDocument("_id", MongoVerbs.In(some))),
            cancellation);
        return rolled.Count;
    }

    /// <summary>A day, and the place up to which all of its events that can be deleted are.</summary>
    private sealed record Scan(string Day, (string Batch, int Place)? Place);
}
