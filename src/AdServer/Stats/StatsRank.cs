using AdServer.Common;

namespace AdServer.Stats;

/// <summary>
/// The parameter <c>sort</c> of reports: rows by a count, the lowest first, or with <c>-</c> before it the highest. Rows that count alike are in
/// the order of their keys.
/// </summary>
/// <param name="Name">As the rows call the count.</param>
/// <param name="Of">The count.</param>
/// <param name="IsCounted">Whether rows of a question have it.</param>
internal sealed record StatsRank(string Name, Func<Measures, long> Of, Predicate<StatsQuery> IsCounted)
{
    private const char Descending = '-';

    private static readonly StatsRank[] Known =
    [
        OfEvents("events", measures => measures.Events.Events),
        OfEvents("views", measures => measures.Events.Views),
        OfEvents("clicks", measures => measures.Events.Clicks),
        OfEvents("skips", measures => measures.Events.Skips),
        OfEvents("exits", measures => measures.Events.Exits),
        OfEvents("watchDuration", measures => measures.Events.WatchDurationSum),
        new("deliveries", measures => measures.Deliveries, query => query.HasDeliveries),
        new("requests", measures => measures.Requests, query => query.HasRequests),
        new("fills", measures => measures.Fills, query => query.HasRequests),
        new("noFills", measures => measures.NoFills, query => query.HasRequests),
    ];

    private static readonly ApiError WithCursor = ApiError.BadRequest("Invalid cursor: not with sort, which gives the first rows alone");

    private static readonly ApiError WithoutRows = ApiError.BadRequest("Invalid sort: only with groupBy, and not with groupBy=eventType");

    private bool IsDescending { get; init; }

    /// <summary>Reads it; blank is absent.</summary>
    /// <param name="sort">The parameter.</param>
    /// <param name="cursor">The parameter <c>cursor</c>, which does not go with it.</param>
    /// <param name="report">The report, as far as the caller may ask it.</param>
    /// <param name="rank">What to sort by.</param>
    public static ApiError? TryRead(string? sort, string? cursor, StatsReport report, out StatsRank? rank)
    {
        rank = null;
        if (string.IsNullOrWhiteSpace(sort))
        {
            return null;
        }

        var asked = sort.Trim();
        var (isDescending, counted) = (asked[0] == Descending, Array.FindAll(Known, one => one.IsCounted(report.Query)));
        var found = Array.Find(counted, one => one.Name.Equals(isDescending ? asked[1..] : asked, StringComparison.OrdinalIgnoreCase));
        rank = found is null ? null : found with { IsDescending = isDescending };
        return report.ByType || report.Query.GroupBy.Count == 0 ? WithoutRows
            : found is null ? ApiError.BadRequest($"Invalid sort: {string.Join(", ", counted.Select(one => one.Name))}; with - before it the highest first")
            : string.IsNullOrEmpty(cursor) ? null : WithCursor;
    }

    /// <summary>The first rows by the count, of rows that are in the order of their keys.</summary>
    public IReadOnlyList<StatsRow> Take(IReadOnlyList<StatsRow> rows, int limit) =>
        [.. (IsDescending ? rows.OrderByDescending(row => Of(row.Measures)) : rows.OrderBy(row => Of(row.Measures))).Take(limit)];

    private static StatsRank OfEvents(string name, Func<Measures, long> of) => new(name, of, _ => true);
}
