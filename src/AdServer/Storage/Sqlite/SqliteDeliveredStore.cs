using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>Delivered ads in SQLite.</summary>
internal sealed class SqliteDeliveredStore(ISqliteTransactions database) : IDeliveredStore
{
    /// <summary>The pairs after which a transaction looks whether somebody waits for it, as under load somebody always does: some ten milliseconds.</summary>
    private const int Portion = 5000;

    public async Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation)
    {
        var portions = PairsOf(sets).Chunk(Portion).ToList();
        for (var done = 0; done < portions.Count;)
        {
            // As many as can be in one transaction: pairs lie scattered, and each transaction writes its pages once.
            var rest = portions[done..];
            done += await database.WriteAsync(SqliteLane.Background, session => Add(session, rest), cancellation);
        }
    }

    public IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation) =>
        SqlitePackageAds.ReadDeliveredAsync(database, cancellation);

    public Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation) =>
        database.ReadAsync(session => PackageAds.Sets(pairs.Where(pair => SqliteDeliveredSets.Has(session, pair.Package, pair.AdId))), cancellation);

    /// <summary>Adds pairs of live ads in the caller's transaction.</summary>
    public static bool Add(SqliteSession session, IReadOnlyList<PackageAds> sets)
    {
        SqliteDeliveredSets.Add(session, PairsOf(sets), new(session), new(session));
        return true;
    }

    private static IEnumerable<(string Package, string AdId)> PairsOf(IReadOnlyList<PackageAds> sets) => sets.SelectMany(set => set.AdIds, (set, adId) => (set.Package, adId));

    /// <summary>Adds a portion, and more of them until somebody waits.</summary>
    private int Add(SqliteSession session, IReadOnlyList<(string Package, string AdId)[]> portions)
    {
        var (ads, packages, done) = (new SqliteLiveAds(session), new SqlitePackageNumbers(session), 0);
        foreach (var portion in portions)
        {
            SqliteDeliveredSets.Add(session, portion, ads, packages);
            done++;
            if (database.IsAwaited)
            {
                break;
            }
        }

        return done;
    }
}
