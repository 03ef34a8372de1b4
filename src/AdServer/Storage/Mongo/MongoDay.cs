using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Some ads of one day for <c>verify</c> and <c>rebuild</c>, while others go on rolling. Each row is compared at the position that it has itself:
/// its <c>through</c>, but at least the last roll that was applied when the look began. Rows are read before events.
/// </summary>
internal sealed class MongoDay
{
    private readonly LedgerWindow window;
    private readonly Dictionary<AdDay, MongoRow> adRows = [];
    private readonly Dictionary<PackageDay, MongoRow> packageRows = [];
    private readonly Dictionary<AdRevision, MongoRow> revisions = [];
    private readonly Dictionary<ClassDay, MongoRow> classes = [];
    private readonly Dictionary<long, long> sums = [];

    private MongoDay(LedgerWindow window, long applied) => (this.window, Applied) = (window, applied);

    /// <summary>The last roll that was applied when the look began.</summary>
    public long Applied { get; }

    public IReadOnlyDictionary<AdDay, MongoRow> AdRows => adRows;

    public IReadOnlyDictionary<PackageDay, MongoRow> PackageRows => packageRows;

    public IReadOnlyDictionary<AdRevision, MongoRow> Revisions => revisions;

    public IReadOnlyDictionary<ClassDay, MongoRow> Classes => classes;

    /// <summary>What the events say that each row should hold at its position.</summary>
    public RollUp Raw => window.Raw;

    /// <summary>For each applied roll with events of the day their <see cref="SumOf"/>, of all ads.</summary>
    public IReadOnlyDictionary<long, long> Sums => sums;

    public static async Task<MongoDay> ReadAsync(
        MongoRetry commands, UtcDay day, long applied, LedgerWindow window, CancellationToken cancellation)
    {
        var read = new MongoDay(window, applied);
        await read.ReadRowsAsync(commands, day, cancellation);
        await read.ReadEventsAsync(commands, day, cancellation);
        read.Fit();
        return read;
    }

    /// <summary>A number for an event, to be added up: two sets of events with equal sums hold the same, but for a chance of one in billions.</summary>
    public static long SumOf(AdEvent one) => (1L << 40) + (uint)one.GetHashCode();

    /// <summary>Adds the entries of the buckets.</summary>
    public async Task ReadBucketsAsync(MongoRetry commands, UtcDay day, CancellationToken cancellation)
    {
        await foreach (var bucket in MongoBuckets.ListDayAsync(commands, day, cancellation))
        {
            foreach (var entry in bucket["events"].AsBsonArray)
            {
                Add(window.Buckets, MongoBuckets.ReadEntry(entry), bucket["roll"].ToInt64());
            }

            Fit();
        }
    }

    public long PositionOf(AdDay key) => Math.Max(Applied, adRows.TryGetValue(key, out var row) ? row.Through : 0);

    public long PositionOf(PackageDay key) => Math.Max(Applied, packageRows.TryGetValue(key, out var row) ? row.Through : 0);

    public long PositionOf(AdRevision key) => Math.Max(Applied, revisions.TryGetValue(key, out var row) ? row.Through : 0);

    public long PositionOf(ClassDay key) => Math.Max(Applied, classes.TryGetValue(key, out var row) ? row.Through : 0);

    /// <summary>Adds an event of a roll where the positions include it.</summary>
    private void Add(RollUp counts, AdEvent one, long roll)
    {
        if (!window.Takes(one.AdId))
        {
            return;
        }

        var (ad, package) = (new AdDay(one.AdId, one.PerformerId, one.Day), new PackageDay(one.AdId, one.PerformerId, one.CountedPackage, one.Day));
        if (roll <= PositionOf(ad))
        {
            counts.Add(ad, DayCounts.Of(one));
        }

        if (roll <= PositionOf(package))
        {
            counts.Add(package, DayCounts.Of(one));
        }

        var revision = new AdRevision(one.AdId, one.PerformerId, one.Day, one.Revision);
        if (one.Revision > 0 && roll <= PositionOf(revision))
        {
            counts.Add(revision, DayCounts.Of(one));
        }

        if (one.Class != TrafficClass.None && roll <= PositionOf(ClassDay.Of(one)))
        {
            counts.Add(ClassDay.Of(one), DayCounts.Of(one));
        }
    }

    private async Task ReadRowsAsync(MongoRetry commands, UtcDay day, CancellationToken cancellation)
    {
        var ofDay = new BsonDocument("date", day.ToString());
        await ReadRowsAsync(commands, MongoDerived.PackageRows, ofDay, MongoDerived.ReadPackageDay, packageRows, window.Rows.Add, cancellation);
        await ReadRowsAsync(commands, MongoDerived.AdRows, ofDay, MongoDerived.ReadAdDay, adRows, window.Rows.Add, cancellation);
        await ReadRowsAsync(commands, MongoDerived.Revisions, ofDay, MongoDerived.ReadAdRevision, revisions, window.Rows.Add, cancellation);
        await ReadRowsAsync(commands, MongoDerived.Invalid, ofDay, MongoDerived.ReadClassDay, classes, window.Rows.Add, cancellation);
    }

    private async Task ReadRowsAsync<TKey>(
        MongoRetry commands,
        string collection,
        BsonDocument ofDay,
        Func<BsonDocument, TKey> keyOf,
        Dictionary<TKey, MongoRow> rows,
        Action<TKey, DayCounts> add,
        CancellationToken cancellation)
        where TKey : notnull
    {
        await foreach (var page in commands.ScanAsync(collection, ofDay, null, MongoVerbs.PageSize, cancellation)
            .Chunk(MongoVerbs.PageSize).WithCancellation(cancellation))
        {
            foreach (var row in page.Where(row => window.Takes(row["adId"].AsString)))
            {
                var key = keyOf(row);
                add(key, (rows[key] = Read(row)).Counts);
            }

            Fit();
        }
    }

    private async Task ReadEventsAsync(MongoRetry commands, UtcDay day, CancellationToken cancellation)
    {
        var batches = new MongoBatches(commands);
        var events = MongoEventScan.ListAsync(commands, new BsonDocument("day", day.ToString()), null, cancellation);
        await foreach (var some in events.Chunk(MongoEvents.PageSize).WithCancellation(cancellation))
        {
            var records = await batches.ReadAsync(some.Select(one => one["batch"].AsString).Distinct(), cancellation);
            foreach (var document in some)
            {
                if (records.TryGetValue(document["batch"].AsString, out var record) && MongoBatches.RollOf(record) is { } roll)
                {
                    Add(MongoEvents.Read(document), roll);
                }
            }

            Fit();
        }
    }

    private void Add(AdEvent one, long roll)
    {
        Add(window.Raw, one, roll);
        if (roll <= Applied)
        {
            sums[roll] = sums.GetValueOrDefault(roll) + SumOf(one);
        }
    }

    /// <summary>Gives up what no longer fits into the window.</summary>
    private void Fit()
    {
        if (!window.Fit())
        {
            return;
        }

        Forget(adRows, key => key.AdId);
        Forget(packageRows, key => key.AdId);
        Forget(revisions, key => key.AdId);
        Forget(classes, key => key.AdId);
    }

    private void Forget<TKey>(Dictionary<TKey, MongoRow> rows, Func<TKey, string> adOf)
        where TKey : notnull
    {
        foreach (var key in rows.Keys.Where(key => !window.Takes(adOf(key))))
        {
            rows.Remove(key);
        }
    }

    private static MongoRow Read(BsonDocument row) =>
        new(row["_id"].AsString, MongoDerived.ReadCounts(row), row["through"].ToInt64(), row.GetValue("mended", BsonNull.Value));
}

/// <summary>A derived row as it was found.</summary>
/// <param name="Id">Its <c>_id</c>.</param>
/// <param name="Counts">What it says.</param>
/// <param name="Through">The last roll that it includes.</param>
/// <param name="Mended">Names the last rebuild that changed it, if one did.</param>
internal sealed record MongoRow(string Id, DayCounts Counts, long Through, BsonValue Mended);
