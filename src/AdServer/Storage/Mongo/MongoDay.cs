using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// One day for <c>verify</c> and <c>rebuild</c>, while others go on rolling. Each row is compared at the position that it has itself: its
/// <c>through</c>, but at least the last roll that was applied when the look began. Rows are read before events.
/// </summary>
internal sealed class MongoDay
{
    private readonly Dictionary<AdDay, MongoRow> adRows = [];
    private readonly Dictionary<PackageDay, MongoRow> packageRows = [];
    private readonly Dictionary<long, HashSet<string>> batchesOfRolls = [];

    private MongoDay(long applied) => Applied = applied;

    /// <summary>The last roll that was applied when the look began.</summary>
    public long Applied { get; }

    public IReadOnlyDictionary<AdDay, MongoRow> AdRows => adRows;

    public IReadOnlyDictionary<PackageDay, MongoRow> PackageRows => packageRows;

    /// <summary>What the events say that each row should hold at its position.</summary>
    public RollUp Raw { get; } = new();

    /// <summary>The batches with events of the day, by their roll.</summary>
    public IReadOnlyDictionary<long, HashSet<string>> BatchesOfRolls => batchesOfRolls;

    public static async Task<MongoDay> ReadAsync(MongoRetry commands, UtcDay day, long applied, CancellationToken cancellation)
    {
        var read = new MongoDay(applied);
        await read.ReadRowsAsync(commands, day, cancellation);
        await read.ReadEventsAsync(commands, day, cancellation);
        return read;
    }

    public long PositionOf(AdDay key) => Math.Max(Applied, adRows.TryGetValue(key, out var row) ? row.Through : 0);

    public long PositionOf(PackageDay key) => Math.Max(Applied, packageRows.TryGetValue(key, out var row) ? row.Through : 0);

    /// <summary>Adds an event of a roll where the positions include it.</summary>
    public void Add(RollUp counts, AdEvent one, long roll)
    {
        var (ad, package) = (new AdDay(one.AdId, one.PerformerId, one.Day), new PackageDay(one.AdId, one.PerformerId, one.CountedPackage, one.Day));
        if (roll <= PositionOf(ad))
        {
            counts.Add(ad, DayCounts.Of(one));
        }

        if (roll <= PositionOf(package))
        {
            counts.Add(package, DayCounts.Of(one));
        }
    }

    private async Task ReadRowsAsync(MongoRetry commands, UtcDay day, CancellationToken cancellation)
    {
        var ofDay = new BsonDocument("date", day.ToString());
        await foreach (var row in commands.ScanAsync(MongoDerived.PackageRows, ofDay, null, MongoVerbs.PageSize, cancellation))
        {
            packageRows[MongoDerived.ReadPackageDay(row)] = Read(row);
        }

        await foreach (var row in commands.ScanAsync(MongoDerived.AdRows, ofDay, null, MongoVerbs.PageSize, cancellation))
        {
            adRows[MongoDerived.ReadAdDay(row)] = Read(row);
        }
    }

    private async Task ReadEventsAsync(MongoRetry commands, UtcDay day, CancellationToken cancellation)
    {
        var batches = new MongoBatches(commands);
        var events = MongoEventScan.ListAsync(commands, new BsonDocument("day", day.ToString()), null, cancellation);
        await foreach (var some in events.Chunk(MongoEvents.PageSize).WithCancellation(cancellation))
        {
            var records = await batches.ReadAsync(some.Select(one => one["batch"].AsString).Distinct(), cancellation);
            foreach (var one in some)
            {
                var batch = one["batch"].AsString;
                if (records.TryGetValue(batch, out var record) && MongoBatches.RollOf(record) is { } roll)
                {
                    Add(Raw, MongoEvents.Read(one), roll);
                    (batchesOfRolls.TryGetValue(roll, out var ofRoll) ? ofRoll : batchesOfRolls[roll] = []).Add(batch);
                }
            }
        }
    }

    private static MongoRow Read(BsonDocument row) =>
        new(row["_id"].AsString, MongoDerived.ReadCounts(row), row["through"].ToInt64());
}

/// <summary>A derived row as it was found.</summary>
internal sealed record MongoRow(string Id, DayCounts Counts, long Through);
