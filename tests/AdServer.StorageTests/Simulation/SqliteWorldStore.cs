using AdServer.Storage.Sqlite;

namespace AdServer.StorageTests.Simulation;

/// <summary>One host and the file on its disk.</summary>
internal sealed class SqliteWorldStore : IWorldStore
{
    private readonly Accidents accidents;
    private readonly Scheduler scheduler;
    private readonly Mutation mutation;
    private readonly SqliteDisk disk = SqliteDisk.OfStore();
    private SqliteDatabase? open;
    private TimeSpan fullUntil;

    public SqliteWorldStore(Accidents accidents, Scheduler scheduler, Mutation mutation)
    {
        (this.accidents, this.scheduler, this.mutation) = (accidents, scheduler, mutation);
        if (mutation.Sql.Length > 0)
        {
            using var database = disk.Open();
            Execute(database, mutation.Sql);
        }
    }

    public int Hosts => 1;

    public HostStores Open(int host, Life life, WorldClock clock, Action die)
    {
        var database = open = disk.Open();
        long? written = null;
        var turns = new SqliteTurns("store", database, disk, life, accidents, () => scheduler.Now < fullUntil, torn =>
        {
            written = torn;
            die();
        })
        {
            IsOpen = true,
        };
        var stats = new SqliteStatsStore(turns, clock);
        var (journal, ledger) = (new SqliteEventJournal(turns, clock), new SqliteLedgerStore(turns, clock));
        return new HostStores(journal, mutation.SqliteStats(stats, turns, clock), stats, stats, ledger)
        {
            IsOwn = _ => true,
            Close = () =>
            {
                open = null;
                database.Dispose();
            },
            Crash = () =>
            {
                open = null;
                disk.Crash(database, written ?? mutation.Written(disk.LogLength));
            },
        };
    }

    public void Trouble(TimeSpan time) => fullUntil = scheduler.Now + time;

    public IReadOnlyDictionary<string, int> CountRaw() => open!.Read(
        session =>
        {
            using var count = session.Once("SELECT device_id, count(*) FROM ad_events GROUP BY device_id");
            return count.Rows().ToDictionary(row => row.Text(0), row => (int)row.Int(1));
        });

    public void Dispose()
    {
        open?.Dispose();
        disk.Dispose();
    }

    private static void Execute(SqliteDatabase database, string sql) => database.Write(
        session =>
        {
            session.Execute(sql);
            return true;
        });
}
