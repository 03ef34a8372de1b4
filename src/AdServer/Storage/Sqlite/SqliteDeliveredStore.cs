using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>Delivered ads in SQLite.</summary>
internal sealed class SqliteDeliveredStore(ISqliteTransactions database) : IDeliveredStore
{
    /// <summary>The rows after which a transaction looks whether somebody waits for it, as under load somebody always does: some five to ten milliseconds.</summary>
    private const int Portion = 1000;

    public async Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation)
    {
        for (var done = 0; done < sets.Count;)
        {
            // As many as can be in one transaction: rows lie scattered, and each transaction writes its pages once.
            var from = done;
            done = await database.WriteAsync(SqliteLane.Background, session => AddSome(session, sets, from), cancellation);
        }
    }

    public IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation) =>
        SqlitePackageAds.ReadDeliveredAsync(database, cancellation);

    public Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation) =>
        database.ReadAsync(session => PackageAds.Sets(pairs.Where(pair => SqlitePairSets.Delivered.Has(session, pair.Package, pair.AdId))), cancellation);

    /// <summary>Adds pairs of live ads in the caller's transaction.</summary>
    public static void Add(SqliteSession session, IReadOnlyList<PackageAds> sets)
    {
        var (ads, packages) = (new SqliteLiveAds(session), new SqlitePackageNumbers(session));
        foreach (var set in sets)
        {
            Add(session, set, ads, packages);
        }
    }

    /// <summary>Adds the sets from one on, until somebody waits; says up to which.</summary>
    private int AddSome(SqliteSession session, IReadOnlyList<PackageAds> sets, int next)
    {
        var (ads, packages) = (new SqliteLiveAds(session), new SqlitePackageNumbers(session));
        for (var rows = 0; next < sets.Count && (rows < Portion || !database.IsAwaited); next++)
        {
            rows += Add(session, sets[next], ads, packages);
        }

        return next;
    }

    private static int Add(SqliteSession session, PackageAds set, SqliteLiveAds ads, SqlitePackageNumbers packages)
    {
        var live = new List<long>(set.AdIds.Count);
        foreach (var adId in set.AdIds)
        {
            if (ads.NumberOf(adId) is { } number)
            {
                live.Add(number);
            }
        }

        if (live.Count == 0)
        {
            return 0;
        }

        var package = packages.Of(set.Package);
        return SqlitePairSets.Delivered.Add(session, live.Select(ad => (package, ad)));
    }
}
