using System.Runtime.CompilerServices;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>Reads <c>package_ads</c> with the tail, in bounded chunks that each are a short read transaction.</summary>
internal static class SqlitePackageAds
{
    private const int MostPairs = 50_000;

    /// <summary>
    /// The tail comes first: whatever leaves it while the rest is read is in the rows from then on, and what is committed later is not
    /// asked for. So no pair is missed, and the names that are read with the tail are all that is needed.
    /// </summary>
    public static async IAsyncEnumerable<PackageAds> ReadAllAsync(SqliteDatabase database, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var names = await database.ReadAsync(ReadNames, cancellation);
        foreach (var package in names.Packages.OrderBy(package => package.Key))
        {
            yield return new PackageAds(package.Value, []);
        }

        foreach (var set in names.Tail)
        {
            yield return set;
        }

        var place = (Package: 0L, Ad: 0L);
        while (true)
        {
            var pairs = await database.ReadAsync(session => ReadPairs(session, place, MostPairs), cancellation);
            foreach (var set in Name(pairs, names))
            {
                yield return set;
            }

            if (pairs.Count < MostPairs)
            {
                yield break;
            }

            place = pairs[^1];
        }
    }

    /// <summary>Notes that a package is counted by name, so that it still is after a restart and its bound is one for all starts.</summary>
    public static void Remember(SqliteSession session, string package)
    {
        using var insert = session.Kept("INSERT INTO packages (name) VALUES (?) ON CONFLICT DO NOTHING");
        insert.Put(package).Run();
    }

    /// <summary>The pairs after one, in order.</summary>
    public static List<(long Package, long Ad)> ReadPairs(SqliteSession session, (long Package, long Ad) after, int limit)
    {
        using var select = session.Kept(
            """
            SELECT package_number, ad_number FROM package_ads WHERE (package_number, ad_number) > (?, ?)
            ORDER BY package_number, ad_number LIMIT ?
            """);
        return [.. select.Put(after.Package).Put(after.Ad).Put(limit).Rows().Select(row => (row.Int(0), row.Int(1)))];
    }

    /// <summary>The pairs of live ads that are only in the raw events, or only in the sets.</summary>
    public static IReadOnlyList<(string Package, string AdId, bool InRaw)> Compare(
        SqliteSession session, IReadOnlySet<(string Package, string AdId)> raw)
    {
        var names = ReadNames(session);
        var kept = Name(ReadPairs(session, default, int.MaxValue), names)
            .SelectMany(set => set.AdIds.Select(ad => (set.Package, AdId: ad))).ToHashSet();
        var live = new SqliteLiveAds(session);
        return
        [
            .. raw.Where(pair => !kept.Contains(pair) && live.Has(pair.AdId)).Select(pair => (pair.Package, pair.AdId, true)),
            .. kept.Where(pair => !raw.Contains(pair)).Select(pair => (pair.Package, pair.AdId, false)),
        ];
    }

    /// <summary>The names behind the numbers, of live ads only, and the sets of the tail.</summary>
    public static Names ReadNames(SqliteSession session)
    {
        var live = new SqliteLiveAds(session);
        var tail = SqliteEvents.List(session, SqliteRolls.LastApplied(session).Last, long.MaxValue)
            .Select(one => (one.CountedPackage, one.AdId)).Distinct().ToList();
        return new Names(
            ReadNames(session, "SELECT number, name FROM packages"),
            ReadNames(session, "SELECT number, id FROM ads WHERE removed_at IS NULL"),
            [.. tail.Where(pair => live.Has(pair.AdId)).GroupBy(pair => pair.CountedPackage, pair => pair.AdId)
                .Select(set => new PackageAds(set.Key, [.. set]))]);
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

    /// <summary>Names by number, and the sets of the tail.</summary>
    internal sealed record Names(
        IReadOnlyDictionary<long, string> Packages, IReadOnlyDictionary<long, string> Ads, IReadOnlyList<PackageAds> Tail);
}
