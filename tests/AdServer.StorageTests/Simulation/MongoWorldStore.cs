using AdServer.Storage.Mongo;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdServer.StorageTests.Simulation;

/// <summary>Two or three hosts on one MongoDB; in some worlds each has a spool on a disk of its own.</summary>
internal sealed class MongoWorldStore : IWorldStore
{
    private const int RoomForAll = 1_000_000_000;

    private readonly Accidents accidents;
    private readonly Scheduler scheduler;
    private readonly MongoNetwork network;
    private readonly SqliteDisk[] spools;
    private readonly HashSet<SqliteDatabase> open = [];
    private readonly Mutation mutation;
    private readonly TimeSpan deadline;
    private int lives;

    public MongoWorldStore(Accidents accidents, Scheduler scheduler, Life world, Mutation mutation)
    {
        (this.accidents, this.scheduler, this.mutation) = (accidents, scheduler, mutation);
        Hosts = accidents.Random.Next(2, 4);
        deadline = TimeSpan.FromSeconds(accidents.Random.Next(1, 6));
        network = new MongoNetwork(accidents, world) { Rewrite = mutation.Rewrite };
        spools = accidents.Random.Next(2) == 0 ? [.. Enumerable.Range(0, Hosts).Select(_ => SqliteDisk.OfSpool())] : [];
    }

    public int Hosts { get; }

    public HostStores Open(int host, Life life, WorldClock clock, Action die)
    {
        var process = FormattableString.Invariant($"{lives++:x16}");
        var (own, fresh) = (Retry(network.Connect(life), clock), Retry(network.Connect(life, isFresh: true), clock));
        var journal = new MongoEventJournal(own, clock, process);
        var stats = new MongoStatsStore(own, clock, new MongoSpools(own, own: null));
        var reports = new MongoStatsStore(fresh, clock, new MongoSpools(fresh, own: null));
        var stores = new HostStores(journal, stats, stats, reports, new MongoLedgerStore(fresh, clock));
        return spools.Length == 0 ? stores : OpenSpool(spools[host], life, clock, die, own, journal, stores);
    }

    public void Trouble(TimeSpan time) => network.AwayUntil = scheduler.Now + 3 * time;

    public IReadOnlyDictionary<string, int> CountRaw()
    {
        var records = network.List(MongoBatches.Collection).ToDictionary(record => record["_id"]);
        return network.List(MongoEvents.Collection)
            .Where(one => records.TryGetValue(one["batch"], out var record) && !MongoBatches.IsSealed(record))
            .GroupBy(one => one["deviceId"].AsString).ToDictionary(tag => tag.Key, tag => tag.Count());
    }

    public void Dispose()
    {
        foreach (var database in open)
        {
            database.Dispose();
        }

        Array.ForEach(spools, disk => disk.Dispose());
    }

    private MongoRetry Retry(IMongoCommands commands, WorldClock clock) => new(commands, clock, deadline, accidents.Random.NextDouble);

    private HostStores OpenSpool(
        SqliteDisk disk, Life life, WorldClock clock, Action die, MongoRetry own, MongoEventJournal journal, HostStores stores)
    {
        long? written = null;
        var database = disk.Open();
        open.Add(database);
        var turns = new SqliteTurns("spool", database, disk, life, accidents, () => false, torn =>
        {
            written = torn;
            die();
        });
        var spool = new SqliteSpool(turns, disk.Path, RoomForAll);
        turns.IsOpen = true;
        var marks = new MongoSpools(own, spool);
        var spooled = new SpooledJournal(journal, spool, clock, NullLogger<SpooledJournal>.Instance);
        var drain = new SpoolDrainService(spool, spooled, marks, Meters.OfSpool, clock, NullLogger<SpoolDrainService>.Instance);
        var stats = new MongoStatsStore(own, clock, marks);
        return stores with
        {
            Journal = spooled,
            Stats = stats,
            Serving = stats,
            DrainAsync = mutation.Drain(drain.DrainAsync, spool, journal),
            Spooled = () => Tags(database),
            IsOwn = one => Tags(database).Contains(one.Tag),
            Close = () => Leave(database.Dispose),
            Crash = () => Leave(() => disk.Crash(database, written)),
        };

        void Leave(Action how)
        {
            open.Remove(database);
            how();
        }
    }

    private static List<string> Tags(SqliteDatabase spool) => spool.Read(
        session =>
        {
            using var tags = session.Once("SELECT device_id FROM ad_events");
            return tags.Rows().Select(row => row.Text(0)).ToList();
        });
}
