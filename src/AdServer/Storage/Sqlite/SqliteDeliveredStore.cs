using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>The pairs of <c>delivered_ads</c> in SQLite.</summary>
internal sealed class SqliteDeliveredStore(ISqliteTransactions database) : IDeliveredStore
{
    public Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation) => database.WriteAsync(
        SqliteLane.Background, session => Add(session, sets), cancellation);

    public IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation) =>
        SqlitePackageAds.ReadDeliveredAsync(database, cancellation);

    public Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation) =>
        database.ReadAsync(session => PackageAds.Sets(pairs.Where(pair => Has(session, pair))), cancellation);

    public static bool Add(SqliteSession session, IReadOnlyList<PackageAds> sets)
    {
        var pairs = sets.SelectMany(set => set.AdIds, (set, adId) => (set.Package, adId));
        SqlitePackageAds.Add(session, SqlitePackageAds.Delivered, pairs, new SqliteLiveAds(session));
        return true;
    }

    private static bool Has(SqliteSession session, (string Package, string AdId) pair)
    {
        using var select = session.Kept(
            """
            SELECT 1 FROM delivered_ads
            WHERE package_number = (SELECT number FROM packages WHERE name = ?) AND ad_number = (SELECT number FROM ads WHERE id = ?)
            """);
        return select.Put(pair.Package).Put(pair.AdId).Rows().Any();
    }
}
