using AdServer.Common;

namespace AdServer.Stats;

/// <summary>The comparison behind <c>verify</c>: what raw events say against what was derived from them.</summary>
internal static class Ledger
{
    /// <summary>The differences of a day, ordered by table, ad, performer and package; none when raw equals rolled up.</summary>
    public static IReadOnlyList<Difference> Compare(DayLedger day) =>
    [
        .. Between(LedgerTable.DailyAdStats, ByAd(day.Raw), ByAd(day.Derived)),
        .. Between(LedgerTable.DailyPackageStats, day.Raw.PackageDays, day.Derived.PackageDays),
        .. Between(LedgerTable.EventsByDay, day.Raw.PackageDays, day.Buckets.PackageDays),
    ];

    /// <summary>The same by ad and package: all that three tables say where one of them differs, ordered by ad, performer and package.</summary>
    public static IEnumerable<Disagreement> Disagree(DayLedger day)
    {
        var (raw, rows, buckets) = (All(day.Raw), All(day.Derived), All(day.Buckets));
        return
            from key in raw.Keys.Union(rows.Keys).Union(buckets.Keys)
            let one = new Disagreement(
                key.AdId, key.PerformerId, key.Package, raw.GetValueOrDefault(key), rows.GetValueOrDefault(key), buckets.GetValueOrDefault(key))
            where one.Raw != one.Rows || one.Raw != one.Buckets
            orderby key.AdId, key.PerformerId, key.Package
            select one;
    }

    private static Dictionary<PackageDay, DayCounts> All(RollUp counts) => ByAd(counts).Concat(counts.PackageDays).ToDictionary();

    /// <summary>Ad rows in the shape of package rows, without a package.</summary>
    private static Dictionary<PackageDay, DayCounts> ByAd(RollUp counts) =>
        counts.AdDays.ToDictionary(row => new PackageDay(row.Key.AdId, row.Key.PerformerId, string.Empty, row.Key.Day), row => row.Value);

    private static IEnumerable<Difference> Between(
        LedgerTable table, IReadOnlyDictionary<PackageDay, DayCounts> raw, IReadOnlyDictionary<PackageDay, DayCounts> derived) =>
        from key in raw.Keys.Union(derived.Keys)
        let expected = raw.GetValueOrDefault(key)
        let found = derived.GetValueOrDefault(key)
        where expected != found
        orderby key.Day, key.AdId, key.PerformerId, key.Package
        select new Difference(table, key.Day, key.AdId, key.PerformerId, key.Package, expected, found);
}

/// <summary>The derived tables that hold counts.</summary>
internal enum LedgerTable
{
    DailyAdStats,
    DailyPackageStats,
    EventsByDay,
}

/// <summary>A key for which a derived table says something else than the raw events. No row at all counts as zeros.</summary>
/// <param name="Table">The derived table.</param>
/// <param name="Day">The day of the row.</param>
/// <param name="AdId">The ad.</param>
/// <param name="PerformerId">The performer that the events, or the row, name.</param>
/// <param name="Package">The package; empty where the table has none.</param>
/// <param name="Raw">What the raw events say.</param>
/// <param name="Derived">What the table says.</param>
internal sealed record Difference(
    LedgerTable Table, UtcDay Day, string AdId, string PerformerId, string Package, DayCounts Raw, DayCounts Derived);

/// <summary>What raw events, rows and buckets say of an ad on a day, or of an ad in a package, where they do not agree. Nothing at all counts as zeros.</summary>
/// <param name="AdId">The ad.</param>
/// <param name="PerformerId">The performer that is named there.</param>
/// <param name="Package">The package; empty for all of them together.</param>
/// <param name="Raw">What the raw events say.</param>
/// <param name="Rows">What <c>daily_ad_stats</c> says, or <c>daily_package_stats</c> of a package.</param>
/// <param name="Buckets">What <c>events_by_day</c> says.</param>
internal sealed record Disagreement(string AdId, string PerformerId, string Package, DayCounts Raw, DayCounts Rows, DayCounts Buckets);
