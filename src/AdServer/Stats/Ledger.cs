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
