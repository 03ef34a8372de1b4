using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>Puts an answer together from what a store holds apart: event rows, revisions, invalid or verified traffic, the tail, deliveries, requests. Each is keyed by the query's groups.</summary>
internal static class StatsMerge
{
    /// <summary>What a tail adds, per key of the query. Takes events that the query leaves out, too: they are left out here.</summary>
    public static IReadOnlyList<StatsRow> Tail(StatsQuery query, RollUp tail) =>
        Group((query.ByPackage ? PackageRows(query, tail) : AdRows(query, tail).Concat(query.HasRevisions ? Revisions(query, tail) : []))
            .Concat(query.Traffic == TrafficChoice.Gross ? [] : Classes(query, tail)));

    /// <summary>
    /// The page: rows with the same key added up, in order, at most one more than the query's limit. Each source must hold its first
    /// limit + 1 keys after the query's place, or all it has.
    /// </summary>
    public static IReadOnlyList<StatsRow> Page(StatsQuery query, params IEnumerable<StatsRow>[] sources)
    {
        var sums = new SortedDictionary<StatsKey, Measures>();
        if (query.GroupBy.Count == 0 && query.After is null)
        {
            // One row of everything, also of nothing.
            sums[StatsKey.None] = default;
        }

        foreach (var row in sources.SelectMany(source => source).Where(row => query.After is not { } after || row.Key.CompareTo(after) > 0))
        {
            sums[row.Key] = sums.GetValueOrDefault(row.Key) + row.Measures;
        }

        return [.. sums.Take(query.Limit + 1).Select(pair => new StatsRow(pair.Key, pair.Value))];
    }

    private static IEnumerable<(StatsKey Key, Measures Measures)> PackageRows(StatsQuery query, RollUp tail) =>
        from row in tail.PackageDays
        where Takes(query, row.Key.AdId, row.Key.PerformerId, row.Key.Day)
        where query.PackageName is null || row.Key.Package == query.PackageName
        select (KeyOf(query, row.Key), Of(query, row.Value));

    private static IEnumerable<(StatsKey Key, Measures Measures)> AdRows(StatsQuery query, RollUp tail) =>
        from row in tail.AdDays
        where Takes(query, row.Key.AdId, row.Key.PerformerId, row.Key.Day)
        select (KeyOf(query, new PackageDay(row.Key.AdId, row.Key.PerformerId, string.Empty, row.Key.Day)), Of(query, row.Value));

    private static IEnumerable<(StatsKey Key, Measures Measures)> Revisions(StatsQuery query, RollUp tail) =>
        from row in tail.Revisions
        where Takes(query, row.Key.AdId, row.Key.PerformerId, row.Key.Day)
        select (KeyOf(query, new PackageDay(row.Key.AdId, row.Key.PerformerId, string.Empty, row.Key.Day)), query.Of(row.Key, row.Value));

    private static IEnumerable<(StatsKey Key, Measures Measures)> Classes(StatsQuery query, RollUp tail) =>
        from row in tail.Classes
        where Takes(query, row.Key.AdId, row.Key.PerformerId, row.Key.Day)
        where query.PackageName is null || row.Key.Package == query.PackageName
        where query.IsVerified == (row.Key.Class == TrafficClass.Verified)
        select (
            KeyOf(query, new PackageDay(row.Key.AdId, row.Key.PerformerId, row.Key.Package, row.Key.Day)),
            query.IsVerified ? new Measures(row.Value, 0, 0, 0) : Measures.Without(InvalidCounts.Of((TrafficFlaw)row.Key.Class, row.Value)));

    private static bool Takes(StatsQuery query, string adId, string performerId, UtcDay day) =>
        (query.AdId is null || query.AdId == adId)
        && (query.PerformerId is null || query.PerformerId == performerId)
        && (query.From is not { } from || day.CompareTo(from) >= 0)
        && (query.To is not { } to || day.CompareTo(to) <= 0);

    private static StatsKey KeyOf(StatsQuery query, PackageDay row) => new(
        query.GroupBy.Count > 0 ? ValueOf(query.GroupBy[0], row) : string.Empty,
        query.GroupBy.Count > 1 ? ValueOf(query.GroupBy[1], row) : string.Empty);

    private static string ValueOf(StatsGroup group, PackageDay row) => group switch
    {
        StatsGroup.Ad => row.AdId,
        StatsGroup.Performer => row.PerformerId,
        StatsGroup.Package => row.Package,
        StatsGroup.Day => row.Day.ToString(),
        _ => throw new ArgumentOutOfRangeException(nameof(group)),
    };

    /// <summary>Of verified counts all events say only that there is a row.</summary>
    private static Measures Of(StatsQuery query, DayCounts counts) => query.IsVerified ? default : new(counts, 0, 0, 0);

    private static IReadOnlyList<StatsRow> Group(IEnumerable<(StatsKey Key, Measures Measures)> rows) =>
        [.. rows.GroupBy(row => row.Key).Select(group => new StatsRow(group.Key, group.Aggregate(default(Measures), (sum, row) => sum + row.Measures)))];
}
