using AdServer.Common;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Puts the rows and buckets of a day right. Each row is replaced by what the events say at the row's own position, guarded by the
/// <c>through</c> that was read: the roll-up may go on meanwhile, and a guard that fails means to look again.
/// </summary>
internal sealed class MongoRebuild(MongoRetry commands, TimeProvider clock)
{
    private readonly MongoRolls rolls = new(commands, clock);
    private readonly MongoAdMarks marks = new(commands);

    public async Task DayAsync(UtcDay day, CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        while (true)
        {
            var read = await MongoDay.ReadAsync(commands, day, await rolls.ReadLastAppliedAsync(cancellation), cancellation);
            var gone = await marks.FindRemovedAsync(
                read.Raw.AdDays.Keys.Concat(read.AdRows.Keys).Select(key => key.AdId).Concat(read.PackageRows.Keys.Select(key => key.AdId)),
                cancellation);
            if (await WriteRowsAsync(read, gone, cancellation))
            {
                await WriteBucketsAsync(day, read, gone, cancellation);
                return;
            }

            await patience.PauseAsync(cancellation);
        }
    }

    /// <summary>Writes what is not as it should be; says whether every guard held.</summary>
    private async Task<bool> WriteRowsAsync(MongoDay read, IReadOnlySet<string> gone, CancellationToken cancellation)
    {
        var ads = Changes(read.Raw.AdDays, read.AdRows, key => !gone.Contains(key.AdId), MongoDerived.IdOf, MongoDerived.KeyOf, read.PositionOf);
        var packages = Changes(
            read.Raw.PackageDays, read.PackageRows, key => !gone.Contains(key.AdId), MongoDerived.IdOf, MongoDerived.KeyOf, read.PositionOf);
        await DeleteAsync(MongoDerived.AdRows, read.AdRows.Where(row => !gone.Contains(row.Key.AdId) && !read.Raw.AdDays.ContainsKey(row.Key)), cancellation);
        await DeleteAsync(
            MongoDerived.PackageRows, read.PackageRows.Where(row => !gone.Contains(row.Key.AdId) && !read.Raw.PackageDays.ContainsKey(row.Key)), cancellation);
        var met = await commands.UpdateAsync(MongoDerived.AdRows, ads, cancellation)
            + await commands.UpdateAsync(MongoDerived.PackageRows, packages, cancellation);
        return met == ads.Count + packages.Count;
    }

    private List<BsonDocument> Changes<TKey>(
        IReadOnlyDictionary<TKey, DayCounts> raw,
        IReadOnlyDictionary<TKey, MongoRow> rows,
        Func<TKey, bool> counts,
        Func<TKey, string> id,
        Func<TKey, BsonDocument> fields,
        Func<TKey, long> position) =>
        [
            .. from sum in raw
               where counts(sum.Key)
               let row = rows.GetValueOrDefault(sum.Key)
               where row?.Counts != sum.Value
               select MongoVerbs.Statement(
                   new BsonDocument { { "_id", id(sum.Key) }, { "through", row is null ? new BsonDocument("$lt", 0L) : row.Through } },
                   new BsonDocument
                   {
                       { "$set", MongoDerived.Write(sum.Value).Add("through", position(sum.Key)).Add("updatedAt", clock.Now().UtcDateTime) },
                       { "$setOnInsert", fields(sum.Key).Add("createdAt", clock.Now().UtcDateTime) },
                   },
                   upsert: row is null),
        ];

    /// <summary>Rows of which no event knows: no roll up to the one that they include adds to them again.</summary>
    private Task DeleteAsync<TKey>(string collection, IEnumerable<KeyValuePair<TKey, MongoRow>> rows, CancellationToken cancellation) =>
        commands.DeleteAsync(
            collection, rows.Select(row => new BsonDocument { { "_id", row.Value.Id }, { "through", row.Value.Through } }), cancellation);

    /// <summary>Writes the parts of each applied roll anew, and empties those that are too many.</summary>
    private async Task WriteBucketsAsync(UtcDay day, MongoDay read, IReadOnlySet<string> gone, CancellationToken cancellation)
    {
        var written = new BsonArray();
        foreach (var (roll, batches) in read.BatchesOfRolls.Where(one => one.Key <= read.Applied))
        {
            var events = MongoEventScan.OfBatchesAsync(commands, [.. batches.Order(StringComparer.Ordinal)], new BsonDocument("day", day.ToString()), cancellation)
                .Select(MongoEvents.Read).Where(one => !gone.Contains(one.AdId));
            var number = 0;
            await foreach (var part in events.Chunk(MongoBuckets.MostEvents).WithCancellation(cancellation))
            {
                var bucket = MongoBuckets.Write(day, roll, ++number, part, clock.Now());
                written.Add(bucket["_id"]);
                await commands.UpdateAsync(
                    MongoBuckets.Collection, [MongoVerbs.Statement(new BsonDocument("_id", bucket["_id"]), bucket, upsert: true)], cancellation);
            }
        }

        // Emptied rather than deleted: whoever applies a roll late finds the part there and leaves it.
        var others = MongoVerbs.BeginsWith(day.ToString()).Add("roll", new BsonDocument("$lte", read.Applied));
        others["_id"].AsBsonDocument.Add("$nin", written);
        await commands.UpdateAsync(
            MongoBuckets.Collection,
            [MongoVerbs.Statement(others, new BsonDocument("$set", new BsonDocument("events", new BsonArray())), multi: true)],
            cancellation);
    }
}
