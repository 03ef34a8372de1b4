using System.Runtime.CompilerServices;
using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The pairs of packages and ads: those that had an event, in <c>package_ads</c> and in the tail, and those that were delivered, in
/// <c>delivered_sets</c>. Read in bounded chunks that each are a short read transaction.
/// </summary>
internal static class SqlitePackageAds
{
    private const int MostPairs = 50_000;

    /// <summary>
    /// The tail comes first: whatever leaves it while the rest is read is in the rows from then on, and what is committed later is not
    /// asked for. So no pair is missed, and the names that are read with the tail are all that is needed.
    /// </summary>
    public static async IAsyncEnumerable<PackageAds> ReadAllAsync(ISqliteTransactions database, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (names, tail) = await database.ReadAsync(session => (ReadNames(session), ReadTail(session)), cancellation);
        foreach (var package in names.Packages.OrderBy(package => package.Key))
        {
            yield return new PackageAds(package.Value, []);
        }

        foreach (var set in tail)
        {
            yield return set;
        }

        await foreach (var set in ReadSetsAsync(database, SqlitePairSets.Seen, names, cancellation))
        {
            yield return set;
        }
    }

    /// <summary>The pairs of live ads that were delivered.</summary>
    public static async IAsyncEnumerable<PackageAds> ReadDeliveredAsync(
        ISqliteTransactions database, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var names = await database.ReadAsync(ReadNames, cancellation);
        await foreach (var set in ReadSetsAsync(database, SqlitePairSets.Delivered, names, cancellation))
        {
            yield return set;
        }
    }

    private static async IAsyncEnumerable<PackageAds> ReadSetsAsync(
        ISqliteTransactions database, SqlitePairSets sets, Names names, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var (place, isEnd) = (-1L, false); !isEnd;)
        {
            var after = place;
            var rows = await database.ReadAsync(session => sets.List(session, after, MostPairs), cancellation);
            foreach (var set in Name(rows.SelectMany(row => row.Pairs), names))
            {
                yield return set;
            }

            isEnd = rows.Count == 0;
            place = isEnd ? after : rows[^1].Place;
        }
    }

    /// <summary>Notes that a package is counted by name, so that it still is after a restart and its bound is one for all starts.</summary>
    public static void Remember(SqliteSession session, string package)
    {
        using var insert = session.Kept("INSERT INTO packages (name) VALUES (?) ON CONFLICT DO NOTHING");
        insert.Put(package).Run();
    }

    /// <summary>The pairs that the events of a range of positions make, <paramref name="after"/> excluded, one for each event.</summary>
    public static IEnumerable<(string Package, string AdId)> ListRaw(SqliteSession session, long after, long last) =>
        SqliteEvents.List(session, after, last).Select(one => (one.CountedPackage, one.AdId));

    /// <summary>A page of the pairs of days before one, from a day and a place in it on, with their days.</summary>
    public const string RowPairsBefore =
        """
        SELECT date, ad_number, package_number, packages.name, ads.id
        FROM daily_package_stats CROSS JOIN packages ON packages.number = package_number CROSS JOIN ads ON ads.number = ad_number
        WHERE date < ? AND (date, ad_number, package_number) > (?, ?, ?)
        ORDER BY date, ad_number, package_number LIMIT ?
        """;

    /// <summary>The pairs that the rows of days before one say, from a place on, in the order of those places.</summary>
    public static List<((string Day, long Ad, long Package) Place, (string Package, string AdId) Pair)> ListRowsBefore(
        SqliteSession session, UtcDay before, (string Day, long Ad, long Package) after, int limit)
    {
        using var select = session.Kept(RowPairsBefore);
        return
        [
            .. select.Put(before).Put(after.Day).Put(after.Ad).Put(after.Package).Put(limit).Rows()
                .Select(row => ((row.Text(0), row.Int(1), row.Int(2)), (row.Text(3), row.Text(4)))),
        ];
    }

    /// <summary>The pairs that the rows of days before one say.</summary>
    public static IEnumerable<(string Package, string AdId)> ListRowsBefore(SqliteSession session, UtcDay before) =>
        ListRowsBefore(session, before, (string.Empty, 0, 0), int.MaxValue).Select(row => row.Pair);

    /// <summary>The names behind the numbers, of live ads only.</summary>
    private static Names ReadNames(SqliteSession session) => new(
        ReadNames(session, "SELECT number, name FROM packages"),
        ReadNames(session, "SELECT number, id FROM ads WHERE removed_at IS NULL"));

    private static IReadOnlyList<PackageAds> ReadTail(SqliteSession session)
    {
        var live = new SqliteLiveAds(session);
        var tail = SqliteEvents.List(session, SqliteRolls.LastApplied(session).Last, long.MaxValue)
            .Select(one => (Package: one.CountedPackage, one.AdId)).Distinct().ToList();
        return PackageAds.Sets(tail.Where(pair => live.Has(pair.AdId)));
    }

    /// <summary>The sets that some pairs make; pairs without a name belong to removed ads or to the tail.</summary>
    private static IEnumerable<PackageAds> Name(IEnumerable<(long Package, long Ad)> pairs, Names names) =>
        from pair in pairs
        where names.Ads.ContainsKey(pair.Ad)
        group names.Ads[pair.Ad] by pair.Package into set
        where names.Packages.ContainsKey(set.Key)
        select new PackageAds(names.Packages[set.Key], [.. set]);

    private static Dictionary<long, string> ReadNames(SqliteSession session, string sql)
    {
        using var select = session.Kept(sql);
        return select.Rows().ToDictionary(row => row.Int(0), row => row.Text(1));
    }

    /// <summary>Names by number.</summary>
    private sealed record Names(IReadOnlyDictionary<long, string> Packages, IReadOnlyDictionary<long, string> Ads);
}
