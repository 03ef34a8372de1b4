using AdServer.Common;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>Derived rows and delivery rows in SQLite. What is read together is read in one transaction (law 11).</summary>
internal sealed class SqliteStatsStore(ISqliteTransactions database, TimeProvider clock) : IStatsStore, ISweepStore, IServingStore
{
    private readonly SqliteSweep sweep = new(database);

    public async Task ApplyAsync(Events.Roll roll, CancellationToken cancellation)
    {
        // All that needs no connection is done before: events wait while the writer is busy.
        var (counts, buckets) = (RollUp.Of(roll.Events), SqliteBuckets.Render(roll.Events));
        if (await database.WriteAsync(SqliteLane.Roll, session => SqliteDerived.Prepare(session, roll, counts, buckets, clock.Now()), cancellation))
        {
            await database.WriteAsync(SqliteLane.Roll, session => SqliteDerived.Apply(session, roll, counts, clock.Now()), cancellation);
        }
    }

    public Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation) =>
        database.ReportAsync(session => Read(session, query), cancellation);

    public IAsyncEnumerable<PackageAds> ReadPackageAdsAsync(CancellationToken cancellation) =>
        SqlitePackageAds.ReadAllAsync(database, cancellation);

    /// <summary>The file is locked by this process: nobody else commits.</summary>
    public Task<PackageAdsNews> ReadNewPackageAdsAsync(PackageAdsPlace? after, CancellationToken cancellation) =>
        Task.FromResult(PackageAdsNews.None);

    public Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                SqliteCounters.ReplaceDeliveries(session, process, deliveries);
                SqliteCounters.ReplaceRequests(session, process, requests);
                return true;
            },
            cancellation);

    public Task<bool> SweepRemovedAsync(int slice, CancellationToken cancellation) => sweep.SliceAsync(slice, cancellation);

    private static StatsView Read(SqliteSession session, StatsQuery query)
    {
        var roll = SqliteRolls.LastApplied(session);
        var statements = new SqliteStatsQuery(session, query);
        var tail = StatsMerge.Tail(query, new SqliteLiveAds(session).Only(RollUp.Of(statements.ReadTail(roll.Last))));
        var rows = StatsMerge.Page(query, [.. statements.ReadPage(), tail]);
        var isAll = query.After is null && rows.Count <= query.Limit;
        var total = (isAll ? rows : tail).Aggregate(isAll ? default : statements.ReadTotal(), (sum, row) => sum + row.Measures);
        return new StatsView(rows, total, new StatsPosition(roll.Number, CountTail(session, roll.Last)));
    }

    private static long CountTail(SqliteSession session, long after)
    {
        using var count = session.Kept("SELECT count(*) FROM ad_events WHERE seq > ?");
        return count.Put(after).Rows().Select(row => row.Int(0)).Single();
    }
}
