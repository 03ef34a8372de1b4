using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>The comparison behind <c>verify</c>: what raw events say against what was derived from them.</summary>
internal static class Ledger
{
    /// <summary>The differences of a day, ordered by table, ad, performer, package, revision and class; none when raw equals rolled up.</summary>
    public static IReadOnlyList<Difference> Compare(DayLedger day) =>
    [
        .. Between(LedgerTable.DailyAdStats, ByAd(day.Raw), ByAd(day.Derived)),
        .. Between(LedgerTable.DailyAdRevisions, Revisions(day.Raw), Revisions(day.Derived)),
        .. Between(LedgerTable.DailyPackageStats, ByPackage(day.Raw), ByPackage(day.Derived)),
        .. Between(LedgerTable.DailyInvalidStats, ByClass(day.Raw), ByClass(day.Derived)),
        .. Between(LedgerTable.EventsByDay, InBuckets(day.Raw), InBuckets(day.Buckets)),
    ];

    /// <summary>The same by ad, package, revision and class: all that the tables say where one of them differs, in this order.</summary>
    public static IEnumerable<Disagreement> Disagree(DayLedger day)
    {
        var (raw, rows, buckets) = (All(day.Raw), All(day.Derived), All(day.Buckets));
        return
            from key in raw.Keys.Union(rows.Keys).Union(buckets.Keys)
            let one = new Disagreement(
                key.AdId,
                key.PerformerId,
                key.Package,
                key.Revision,
                key.Class,
                raw.GetValueOrDefault(key),
                rows.GetValueOrDefault(key),
                buckets.GetValueOrDefault(key))
            where one.Raw != one.Rows || one.Raw != one.Buckets
            orderby key.AdId, key.PerformerId, key.Package, key.Revision, key.Class
            select one;
    }

    private static Dictionary<Key, DayCounts> All(RollUp counts) => ByAd(counts).Concat(InBuckets(counts)).ToDictionary();

    private static IEnumerable<KeyValuePair<Key, DayCounts>> ByAd(RollUp counts) =>
        counts.AdDays.Select(row => KeyValuePair.Create(new Key(row.Key.AdId, row.Key.PerformerId, row.Key.Day, string.Empty), row.Value));

    private static IEnumerable<KeyValuePair<Key, DayCounts>> ByPackage(RollUp counts) =>
        counts.PackageDays.Select(row => KeyValuePair.Create(new Key(row.Key.AdId, row.Key.PerformerId, row.Key.Day, row.Key.Package), row.Value));

    private static IEnumerable<KeyValuePair<Key, DayCounts>> Revisions(RollUp counts) =>
        counts.Revisions.Select(row =>
            KeyValuePair.Create(new Key(row.Key.AdId, row.Key.PerformerId, row.Key.Day, string.Empty, row.Key.Number), row.Value));

    private static IEnumerable<KeyValuePair<Key, DayCounts>> ByClass(RollUp counts) =>
        counts.Classes.Select(row =>
            KeyValuePair.Create(new Key(row.Key.AdId, row.Key.PerformerId, row.Key.Day, row.Key.Package, 0, row.Key.Class), row.Value));

    /// <summary>Buckets hold whole events; what they say of an ad follows from what they say of its packages.</summary>
    private static IEnumerable<KeyValuePair<Key, DayCounts>> InBuckets(RollUp counts) =>
        ByPackage(counts).Concat(Revisions(counts)).Concat(ByClass(counts));

    private static IEnumerable<Difference> Between(
        LedgerTable table, IEnumerable<KeyValuePair<Key, DayCounts>> raws, IEnumerable<KeyValuePair<Key, DayCounts>> rows) =>
        Between(table, raws.ToDictionary(), rows.ToDictionary());

    private static IEnumerable<Difference> Between(LedgerTable table, Dictionary<Key, DayCounts> raw, Dictionary<Key, DayCounts> derived) =>
        from key in raw.Keys.Union(derived.Keys)
        let expected = raw.GetValueOrDefault(key)
        let found = derived.GetValueOrDefault(key)
        where expected != found
        orderby key.Day, key.AdId, key.PerformerId, key.Package, key.Revision, key.Class
        select new Difference(table, key.Day, key.AdId, key.PerformerId, key.Package, expected, found, key.Revision, key.Class);

    /// <summary>What a row of any table is about; without a package, a revision or a class where it has none.</summary>
    private readonly record struct Key(
        string AdId, string PerformerId, UtcDay Day, string Package, int Revision = 0, TrafficClass Class = TrafficClass.None);
}

/// <summary>The derived tables that hold counts.</summary>
internal enum LedgerTable
{
    DailyAdStats,
    DailyAdRevisions,
    DailyPackageStats,
    DailyInvalidStats,
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
/// <param name="Revision">The revision; 0 for the whole day.</param>
/// <param name="Class">What the events count as, a reason of invalid traffic or verified; none for all events.</param>
internal sealed record Difference(
    LedgerTable Table,
    UtcDay Day,
    string AdId,
    string PerformerId,
    string Package,
    DayCounts Raw,
    DayCounts Derived,
    int Revision = 0,
    TrafficClass Class = TrafficClass.None);

/// <summary>What raw events, rows and buckets say of an ad on a day, or of an ad in a package, where they do not agree. Nothing at all counts as zeros.</summary>
/// <param name="AdId">The ad.</param>
/// <param name="PerformerId">The performer that is named there.</param>
/// <param name="Package">The package; empty for all of them together.</param>
/// <param name="Revision">The revision; 0 for the whole day.</param>
/// <param name="Class">What the events count as, a reason of invalid traffic or verified; none for all events.</param>
/// <param name="Raw">What the raw events say.</param>
/// <param name="Rows">
/// What <c>daily_ad_stats</c> says, or <c>daily_package_stats</c> of a package, <c>daily_ad_revisions</c> of a revision, <c>daily_invalid_stats</c> of a class.
/// </param>
/// <param name="Buckets">What <c>events_by_day</c> says.</param>
internal sealed record Disagreement(
    string AdId, string PerformerId, string Package, int Revision, TrafficClass Class, DayCounts Raw, DayCounts Rows, DayCounts Buckets);
