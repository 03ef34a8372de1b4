using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Puts the rows and buckets of a day right while hosts go on rolling. What a row lacks is the same whatever roll is added to it meanwhile, so
/// it is added as a difference, guarded by <c>mended</c>: each rebuild gives the row another, and only one that saw the last one may change it.
/// </summary>
internal sealed class MongoRebuild(MongoRetry commands, TimeProvider clock)
{
    /// <summary>Looks at one page until there is nothing wrong in it: to find, to confirm, to see that it is mended, and some more.</summary>
    private const int MostLooks = 30;

    private readonly MongoRolls rolls = new(commands, clock);
    private readonly MongoAdMarks marks = new(commands);
    private readonly MongoRawSince rawSince = new(commands);

    /// <summary>
    /// Mends the day; says whether its raw events are kept. That is asked after they were read and before anything is written: nothing of them
    /// was deleted then, and what is written is right whenever it is carried out.
    /// </summary>
    public async Task<bool> DayAsync(UtcDay day, int mostKeys, CancellationToken cancellation)
    {
        // Whoever rates the day anew meanwhile changes its events, which then never come back to what the last look saw: once more, from the beginning.
        if (!await TryDayAsync(day, mostKeys, isLast: false, cancellation))
        {
            await TryDayAsync(day, mostKeys, isLast: true, cancellation);
        }

        return await rawSince.KeepsAsync(day, cancellation);
    }

    /// <summary>Mends the day; says whether its events were those of the last look.</summary>
    private async Task<bool> TryDayAsync(UtcDay day, int mostKeys, bool isLast, CancellationToken cancellation)
    {
        var (first, from) = await MendRowsAsync(day, string.Empty, mostKeys, cancellation);
        for (var last = first; from is not null && last is not null;)
        {
            (last, from) = await MendRowsAsync(day, from, mostKeys, cancellation);
        }

        foreach (var roll in first is null ? [] : await FindWrongBucketsAsync(day, first, cancellation))
        {
            if (!await ReplaceBucketsAsync(day, roll, first!.Sums.GetValueOrDefault(roll), isLast, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Puts the rows of a page right; returns the last look, which found nothing wrong, and the ad with which the next page begins; no look, if
    /// raw events of the day may be gone. Only what two looks in a row find is changed: one read may come from a node that is behind.
    /// </summary>
    private async Task<(MongoDay? Read, string? Next)> MendRowsAsync(UtcDay day, string from, int mostKeys, CancellationToken cancellation)
    {
        var before = new HashSet<(string, DayCounts)>();
        for (var looks = 0; looks < MostLooks; looks++)
        {
            var window = new LedgerWindow(from, mostKeys);
            var read = await MongoDay.ReadAsync(commands, day, await rolls.ReadLastAppliedAsync(cancellation), window, cancellation);
            var wrong = await FindWrongRowsAsync(read, cancellation);
            if (wrong.Count == 0)
            {
                return (read, window.Until);
            }

            if (!await rawSince.KeepsAsync(day, cancellation))
            {
                return (null, null);
            }

            await WriteAsync([.. wrong.Where(one => before.Contains(one.Fault))], cancellation);
            before = [.. wrong.Select(one => one.Fault)];
        }

        throw new StoreUnavailableException($"The rows of {day} are changed by something else than rolls: nothing was made worse, but they are not right yet");
    }

    private async Task<List<Correction>> FindWrongRowsAsync(MongoDay read, CancellationToken cancellation)
    {
        var wrong =
            Compare(MongoDerived.AdRows, read.Raw.AdDays, read.AdRows, key => key.AdId, MongoDerived.IdOf, MongoDerived.KeyOf, read.Applied)
                .Concat(Compare(
                    MongoDerived.PackageRows, read.Raw.PackageDays, read.PackageRows, key => key.AdId, MongoDerived.IdOf, MongoDerived.KeyOf, read.Applied))
                .Concat(Compare(
                    MongoDerived.Revisions, read.Raw.Revisions, read.Revisions, key => key.AdId, MongoDerived.IdOf, MongoDerived.KeyOf, read.Applied))
                .Concat(Compare(
                    MongoDerived.Invalid, read.Raw.Classes, read.Classes, key => key.AdId, MongoDerived.IdOf, MongoDerived.KeyOf, read.Applied))
                .ToList();
        var gone = await marks.FindRemovedAsync(wrong.Select(one => one.AdId), cancellation);
        return wrong.FindAll(one => !gone.Contains(one.AdId));
    }

    private IEnumerable<Correction> Compare<TKey>(
        string collection,
        IReadOnlyDictionary<TKey, DayCounts> raw,
        IReadOnlyDictionary<TKey, MongoRow> rows,
        Func<TKey, string> ad,
        Func<TKey, string> id,
        Func<TKey, BsonDocument> fields,
        long applied)
        where TKey : notnull
    {
        // Rows of which no event knows go first: one of them may have the name of one that is missing.
        var names = raw.Keys.Select(id).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, row) in rows.Where(row => !raw.ContainsKey(row.Key)))
        {
            if (collection != MongoDerived.Invalid || names.Contains(row.Id))
            {
                yield return new Correction(collection, ad(key), (row.Id, default), Removed(row), null);
            }
            else if (row.Counts != default)
            {
                // Emptied rather than deleted: rating anew may have taken its events away, and whoever applies their roll late would make it again.
                yield return new Correction(collection, ad(key), (row.Id, -row.Counts), null, Changed(row, -row.Counts));
            }
        }

        foreach (var (key, counts) in raw.Where(sum => !rows.TryGetValue(sum.Key, out var row) || row.Counts != sum.Value))
        {
            yield return rows.TryGetValue(key, out var row)
                ? new Correction(collection, ad(key), (row.Id, counts - row.Counts), null, Changed(row, counts - row.Counts))
                : new Correction(collection, ad(key), (id(key), counts), null, Added(id(key), fields(key), counts, applied));
        }
    }

    private async Task WriteAsync(IReadOnlyList<Correction> corrections, CancellationToken cancellation)
    {
        foreach (var some in corrections.GroupBy(one => one.Collection))
        {
            await commands.DeleteAsync(some.Key, some.Select(one => one.Delete).OfType<BsonDocument>(), cancellation);
            await commands.UpdateAsync(some.Key, some.Select(one => one.Update).OfType<BsonDocument>(), cancellation);
        }
    }

    /// <summary>No roll up to the one that the row includes adds to it again.</summary>
    private static BsonDocument Removed(MongoRow row) => new() { { "_id", row.Id }, { "through", row.Through }, { "mended", row.Mended } };

    private BsonDocument Changed(MongoRow row, DayCounts lack) => MongoVerbs.Statement(
        new BsonDocument { { "_id", row.Id }, { "mended", row.Mended } },
        new BsonDocument
        {
            { "$inc", MongoDerived.Increase(lack) },
            { "$set", new BsonDocument { { "mended", Ids.New(clock.Now()) }, { "updatedAt", clock.Now().UtcDateTime } } },
        });

    private BsonDocument Added(string id, BsonDocument fields, DayCounts counts, long applied) => MongoVerbs.Statement(
        new BsonDocument { { "_id", id }, { "through", new BsonDocument("$lt", 0L) } },
        new BsonDocument
        {
            {
                "$set", MongoDerived.Write(counts).Add("through", applied).Add("mended", Ids.New(clock.Now()))
                    .Add("updatedAt", clock.Now().UtcDateTime)
            },
            { "$setOnInsert", fields.Add("createdAt", clock.Now().UtcDateTime) },
        },
        upsert: true);

    /// <summary>The applied rolls whose buckets hold something else than their events. Those with events of removed ads may be among them.</summary>
    private async Task<IReadOnlyList<long>> FindWrongBucketsAsync(UtcDay day, MongoDay read, CancellationToken cancellation)
    {
        var sums = new SortedDictionary<long, long>(read.Sums.ToDictionary());
        await foreach (var bucket in MongoBuckets.ListDayAsync(commands, day, cancellation))
        {
            var roll = bucket["roll"].ToInt64();
            if (roll <= read.Applied)
            {
                var held = bucket["events"].AsBsonArray.Sum(entry => MongoDay.SumOf(MongoBuckets.ReadEntry(entry)));
                sums[roll] = sums.GetValueOrDefault(roll) - held;
            }
        }

        return [.. sums.Where(roll => roll.Value != 0).Select(roll => roll.Key)];
    }

    /// <summary>
    /// Writes the parts of an applied roll anew from its events of the day, of which the last look knows the sum. A part out of which a device is
    /// taken meanwhile is left as it is: the device would come back. Another rebuild mends that part. Says whether the events were those of the look; unless it is the last one, it waits for them only half of the time.
    /// </summary>
    private async Task<bool> ReplaceBucketsAsync(UtcDay day, long roll, long sum, bool isLast, CancellationToken cancellation)
    {
        for (var patience = commands.NewPatience(); await rawSince.KeepsAsync(day, cancellation);)
        {
            var erased = await MongoBuckets.ReadErasedAsync(commands, day, roll, cancellation);
            var events = await rolls.ReadDayAsync(roll, day, cancellation);
            if (events.Sum(MongoDay.SumOf) == sum && await rawSince.KeepsAsync(day, cancellation))
            {
                await ReplaceBucketsAsync(day, roll, events, erased, cancellation);
                return true;
            }

            if (!isLast && patience.IsHalfOver)
            {
                return false;
            }

            await patience.PauseAsync(cancellation);
        }

        return true;
    }

    /// <summary>Writes the parts of an applied roll anew, and empties those that are too many.</summary>
    private async Task ReplaceBucketsAsync(
        UtcDay day, long roll, IReadOnlyList<AdEvent> events, IReadOnlyDictionary<string, BsonValue> erased, CancellationToken cancellation)
    {
        var gone = await marks.FindRemovedAsync(events.Select(one => one.AdId), cancellation);
        var written = new BsonArray();
        foreach (var part in events.Where(one => !gone.Contains(one.AdId)).Chunk(MongoBuckets.MostEvents))
        {
            var bucket = MongoBuckets.Write(day, roll, written.Count + 1, part, clock.Now());
            written.Add(bucket["_id"]);
            var guard = erased.GetValueOrDefault(bucket.Text("_id"), BsonNull.Value);
            bucket.Add(MongoBuckets.Erased, guard, !guard.IsBsonNull);
            var sameSince = new BsonDocument { { "_id", bucket["_id"] }, { MongoBuckets.Erased, guard } };
            await commands.UpdateAsync(MongoBuckets.Collection, [MongoVerbs.Statement(sameSince, bucket, upsert: true)], cancellation);
        }

        // Emptied rather than deleted: whoever applies a roll late finds the part there and leaves it.
        var others = MongoBuckets.PartsOf(day.ToString(), roll);
        others["_id"].AsBsonDocument.Add("$nin", written);
        await commands.UpdateAsync(
            MongoBuckets.Collection,
            [MongoVerbs.Statement(others, new BsonDocument("$set", new BsonDocument("events", new BsonArray())), multi: true)],
            cancellation);
    }

    /// <summary>What makes a row right.</summary>
    /// <param name="Collection">Where it is.</param>
    /// <param name="AdId">Whose it is.</param>
    /// <param name="Fault">The row, and what it lacks: the same at each look, until it is mended.</param>
    /// <param name="Delete">Which row to delete, if it is one too many.</param>
    /// <param name="Update">How to change or add it otherwise.</param>
    private sealed record Correction(string Collection, string AdId, (string, DayCounts) Fault, BsonDocument? Delete, BsonDocument? Update);
}
