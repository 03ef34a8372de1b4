using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Deletes what removed ads left behind (law 6), a bounded slice at a time: first bucket entries, then their events, at last rows. Of an
/// event with an identity from a client the identity stays. The place is only remembered: after a start it begins anew. That nothing is
/// left is said by durable writes that look for it, not by reads, which a node that is behind may answer.
/// </summary>
internal sealed class MongoSweep(MongoRetry commands, TimeProvider clock)
{
    private const int MostAds = 100;

    /// <summary>Where rows of ads are. In <see cref="Pairs"/> the ad stands last.</summary>
    private static readonly string[] ById =
        [MongoDerived.AdRows, MongoDerived.Revisions, MongoDerived.PackageRows, MongoDerived.Invalid, MongoCounters.Deliveries];

    private static readonly string[] Pairs = [MongoPackageAds.Collection, MongoDeliveredStore.Collection];

    private readonly MongoAdMarks marks = new(commands);
    private readonly MongoBatches batches = new(commands);
    private readonly MongoRolls rolls = new(commands, clock);
    private Scan? current;

    /// <summary>Deletes a slice; says whether there may be more that can be deleted now.</summary>
    public async Task<bool> SliceAsync(int slice, CancellationToken cancellation)
    {
        var scan = current ?? new Scan(await marks.ListUnsweptAsync(MostAds, cancellation), null, []);
        if (scan.Ads.Count == 0)
        {
            return false;
        }

        // Read before the events: of the rolls up to this one every event is there.
        var applied = await rolls.ReadLastAppliedAsync(cancellation);
        var ofAds = new BsonDocument("adId", MongoVerbs.In(scan.Ids));
        var page = await MongoEventScan.PageAsync(
            commands, ofAds, scan.Place, slice, new BsonDocument { { "batch", 1 }, { "place", 1 }, { "day", 1 } }, cancellation);
        scan = scan with { KeptIn = [.. scan.KeptIn, .. await DeleteEventsAsync(scan, page.Documents, applied, cancellation)] };
        if (!page.IsEnd)
        {
            current = scan with { Place = MongoEventScan.PlaceOf(page.Documents[^1]) };
            return true;
        }

        var isDone = await DeleteRowsAsync(scan, slice, cancellation);
        current = isDone ? null : page.Documents.Count == 0 ? scan : scan with { Place = MongoEventScan.PlaceOf(page.Documents[^1]) };
        return !isDone || (await IsAllAsync(scan, cancellation) && await FinishAsync(scan, applied, cancellation));
    }

    /// <summary>Deletes those events that an applied roll holds; returns the batches of the others, one an event.</summary>
    private async Task<IEnumerable<string>> DeleteEventsAsync(
        Scan scan, IReadOnlyList<BsonDocument> events, long applied, CancellationToken cancellation)
    {
        var records = await batches.ReadAsync(events.Select(one => one["batch"].AsString).Distinct(), cancellation);
        var rolled =
            (from one in events
             let roll = records.TryGetValue(one["batch"].AsString, out var record) ? MongoBatches.RollOf(record) : null
             where roll <= applied
             select (Event: one, Roll: roll.Value)).ToList();
        var parts = rolled.Select(one => (one.Event["day"].AsString, one.Roll)).ToHashSet();
        await MongoBuckets.SweepAsync(commands, parts, scan.Ids, cancellation);
        await batches.ThinAsync(rolled.Select(one => one.Event["batch"].AsString).Distinct(), cancellation);
        var today = UtcDay.Of(clock.Now());
        await commands.UpdateAsync(
            MongoEvents.Collection, rolled.Where(one => one.Event["_id"].IsString).Select(one => MongoEvents.Strip(one.Event, today)), cancellation);
        var ours = rolled.Select(one => one.Event["_id"]).Where(id => !id.IsString);
        await commands.DeleteAsync(MongoEvents.Collection, Some(ours), cancellation);
        return events.Except(rolled.Select(one => one.Event)).Select(one => one["batch"].AsString);
    }

    /// <summary>Whether nothing is left but events that could not be deleted yet. Rows that no read has shown are deleted by that.</summary>
    private async Task<bool> IsAllAsync(Scan scan, CancellationToken cancellation)
    {
        var ofAds = new BsonDocument("adId", MongoVerbs.In(scan.Ids));
        var look = MongoVerbs.Statement(ofAds, new BsonDocument("$currentDate", new BsonDocument("sweptAt", true)), multi: true);
        if (await commands.UpdateAsync(MongoEvents.Collection, [look], cancellation) > scan.KeptIn.Count
            || await batches.AreRolledAsync(scan.KeptIn.Distinct(), cancellation))
        {
            return false;
        }

        var ranges = scan.Ads.Select(ad => MongoVerbs.BeginsWith(ad.Id)).ToList();
        foreach (var collection in ById)
        {
            await commands.DeleteAsync(collection, ranges, cancellation);
        }

        foreach (var collection in Pairs)
        {
            await commands.DeleteAsync(collection, [ofAds], cancellation);
        }

        return true;
    }

    /// <summary>Deletes a slice of the rows; says whether that was all.</summary>
    private async Task<bool> DeleteRowsAsync(Scan scan, int slice, CancellationToken cancellation)
    {
        var ranges = new BsonDocument("$or", new BsonArray(scan.Ads.Select(ad => MongoVerbs.BeginsWith(ad.Id))));
        var left = slice;
        foreach (var collection in ById)
        {
            left -= left > 0 ? await DeleteAsync(collection, ranges, left, cancellation) : 0;
        }

        var ofAds = new BsonDocument("adId", MongoVerbs.In(scan.Ids));
        foreach (var collection in Pairs)
        {
            left -= left > 0 ? await DeleteAsync(collection, ofAds, left, cancellation) : 0;
        }

        return left > 0;
    }

    /// <summary>Marks as swept, but for ads of which a roll is still being applied: they come again; says whether others may wait.</summary>
    private async Task<bool> FinishAsync(Scan scan, long applied, CancellationToken cancellation)
    {
        var finished = scan.Ads.Where(ad => ad.Rolled <= applied).ToList();
        await marks.MarkSweptAsync(finished, cancellation);
        return finished.Count == scan.Ads.Count;
    }

    private async Task<int> DeleteAsync(string collection, BsonDocument filter, int most, CancellationToken cancellation)
    {
        var page = await commands.FindAsync(collection, filter, null, most, new BsonDocument("_id", 1), cancellation);
        await commands.DeleteAsync(collection, Some(page.Documents.Select(row => row["_id"])), cancellation);
        return page.Documents.Count;
    }

    private static IEnumerable<BsonDocument> Some(IEnumerable<BsonValue> ids) =>
        ids.Chunk(MongoVerbs.MostStatements).Select(some => new BsonDocument("_id", MongoVerbs.In(some)));

    /// <summary>Some removed ads, the place up to which all of their events that can be deleted are, and the batch of each that could not be.</summary>
    private sealed record Scan(IReadOnlyList<MongoRemovedAd> Ads, (string Batch, int Place)? Place, IReadOnlyList<string> KeptIn)
    {
        public BsonArray Ids { get; } = [.. Ads.Select(ad => ad.Id)];
    }
}
