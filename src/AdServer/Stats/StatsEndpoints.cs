using System.Text.Json.Serialization;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Stats;

/// <summary>Reports for analysts: counts by up to two groups, filtered, with totals, page by page, as JSON or CSV.</summary>
internal static class StatsEndpoints
{
    public static void MapStatsReports(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/stats", AnswerAsync).WithTags("Statistics").Produces<StatsResponse>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Counts by up to two of ad, performer, package, day and eventType, ordered by these, or by a count with sort; CSV with Accept: text/csv or format=csv");

    private static async Task<IResult> AnswerAsync(
        [AsParameters] StatsRequest request, Caller caller, IStatsReader stats, RankedStats ranked, CatalogRefresher catalog, TimeProvider clock,
        CancellationToken cancellation)
    {
        var (invalidFormat, invalidNames) = (StatsCsv.TryRead(request.Format, request.Http, out var csv), StatsNames.TryRead(request.Names, out var names));
        var now = clock.Now();
        if ((StatsReport.TryRead(request, now, out var report) ?? invalidFormat ?? invalidNames) is { } error)
        {
            return error;
        }

        report = report.For(caller);
        if (StatsRank.TryRead(request.Sort, request.Cursor, report, out var rank) is { } invalidSort)
        {
            return invalidSort;
        }

        var read = rank is null
            ? new RankedView(await stats.ReadAsync(report.Query, cancellation), now)
            : await ranked.ReadAsync(report.Query, rank, cancellation);
        return read is null ? ranked.TooMany : Answer(report, read.View, caller, read.Began, names ? catalog.Current : null, csv);
    }

    private static IResult Answer(StatsReport report, StatsView view, Caller caller, DateTimeOffset began, CatalogSnapshot? named, bool csv)
    {
        var (asOf, closed) = (report.Query.AsOf ?? began, report.Query.AsOf is null ? null : report.Query.ClosedThrough);
        var (rows, next) = report.Show(view);
        rows = named is null ? rows : [.. rows.Select(row => row.With(named))];
        var total = StatsRowResponse.Of(view.Total, report.Query);
        return csv
            ? StatsCsv.Answer(
                report.IsTotalAlone ? [total] : rows, named is null ? report.Example : report.Example.WithAllNames(), new CsvHead(asOf, view.PositionFor(caller), view.IsComplete, closed, next))
            : TypedResults.Ok(new StatsResponse(
                rows, total, next, asOf, closed, view.PositionFor(caller), view.IsComplete));
    }
}

/// <summary>The parameters of a report.</summary>
internal sealed record StatsRequest
{
    /// <summary>Up to two of <c>ad</c>, <c>performer</c>, <c>package</c>, <c>day</c>, <c>eventType</c>, separated by a comma; absent: the total alone, which is the one row of a CSV.</summary>
    public string? GroupBy { get; init; }

    /// <summary>First day, inclusive.</summary>
    public string? From { get; init; }

    /// <summary>Last day, inclusive.</summary>
    public string? To { get; init; }

    /// <summary>Only ads of this performer.</summary>
    public string? PerformerId { get; init; }

    /// <summary>Only this ad.</summary>
    public string? AdId { get; init; }

    /// <summary>Only this app.</summary>
    public string? PackageName { get; init; }

    /// <summary>The most rows, 1 to 1,000; 100 if absent.</summary>
    public string? Limit { get; init; }

    /// <summary>The <c>nextCursor</c> of the answer before.</summary>
    public string? Cursor { get; init; }

    /// <summary>
    /// Sums up to this time, such as <c>2026-11-21T10:10:00Z</c>: of the days that were closed by then (at 00:10 UTC of the next day), what had arrived
    /// by then, in whole hours at ten past. Such sums never change. Not by app.
    /// </summary>
    public string? AsOf { get; init; }

    /// <summary>
    /// <c>gross</c> (default) counts every event; <c>net</c> leaves out invalid traffic, and <c>invalid</c> says how much for which
    /// reason; <c>verified</c> counts only events that returned the signature of their delivery and are no invalid traffic. The last two not with <c>asOf</c>.
    /// </summary>
    public string? Traffic { get; init; }

    /// <summary>
    /// The first rows alone, by <c>events</c>, <c>views</c>, <c>clicks</c>, <c>skips</c>, <c>exits</c>, <c>watchDuration</c>, or where rows have them
    /// <c>deliveries</c>, <c>requests</c>, <c>fills</c>, <c>noFills</c>; with <c>-</c> before it the highest first. Not with <c>cursor</c>, nor by event type.
    /// </summary>
    public string? Sort { get; init; }

    /// <summary><c>true</c>: rows by ad or performer carry the present names, too.</summary>
    public string? Names { get; init; }

    /// <summary><c>json</c> or <c>csv</c>.</summary>
    public string? Format { get; init; }

    /// <summary>The request.</summary>
    public required HttpRequest Http { get; init; }
}

/// <summary>A report.</summary>
/// <param name="Rows">The rows of this page.</param>
/// <param name="Totals">The sum over all pages.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> to get the next page; null after the last.</param>
/// <param name="AsOf">When the reading began: every event that was answered before is in it. With <c>asOf</c>: the moment of the sums, at or before it.</param>
/// <param name="ClosedThrough">With <c>asOf</c>: the last day that was closed then; later ones are not in the sums.</param>
/// <param name="Position">The position in the journal behind it; null for an advertiser, who would learn from it how many events others have.</param>
/// <param name="Complete">False while answered events wait on a host that could not reach the database: they are added later.</param>
internal sealed record StatsResponse(
    IReadOnlyList<StatsRowResponse> Rows, StatsRowResponse Totals, string? NextCursor, DateTimeOffset AsOf,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UtcDay? ClosedThrough, StatsPosition? Position, bool Complete);
