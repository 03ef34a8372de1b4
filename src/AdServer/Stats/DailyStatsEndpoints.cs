using System.Text.Json.Serialization;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using Microsoft.AspNetCore.Mvc;

namespace AdServer.Stats;

/// <summary>A row a day, so that a chart needs one request.</summary>
internal static class DailyStatsEndpoints
{
    /// <summary>The most days of an answer: ten years.</summary>
    public const int MostDays = 3660;

    public static void MapDailyStats(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ads/{id}/stats/daily", OfAdAsync).WithTags("Statistics").Produces<DailyStatsResponse>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status404NotFound)
            .WithSummary("An ad's days, days without events too; CSV with Accept: text/csv or format=csv");
        routes.MapGet("/performers/{id}/stats/daily", OfPerformerAsync).WithTags("Statistics").Produces<DailyStatsResponse>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status404NotFound)
            .WithSummary("The days of all ads of a performer together; CSV with Accept: text/csv or format=csv");
    }

    private static Task<IResult> OfAdAsync(
        string id, [AsParameters] DailyStatsRequest request, ICatalogStore catalog, CancellationToken cancellation) =>
        AnswerAsync(
            request,
            new StatsQuery { AdId = id },
            async () => await catalog.FindAdAsync(id, cancellation) is { } ad && request.Caller.Sees(ad.PerformerId) ? null : CatalogErrors.AdNotFound,
            cancellation);

    private static Task<IResult> OfPerformerAsync(
        string id, [AsParameters] DailyStatsRequest request, ICatalogStore catalog, CancellationToken cancellation) =>
        AnswerAsync(
            request,
            new StatsQuery { PerformerId = id },
            async () => request.Caller.Sees(id) && await catalog.FindPerformerAsync(id, cancellation) is not null ? null : CatalogErrors.PerformerNotFound,
            cancellation);

    private static async Task<IResult> AnswerAsync(
        DailyStatsRequest request, StatsQuery subject, Func<Task<ApiError?>> find, CancellationToken cancellation)
    {
        var now = request.Clock.Now();
        var invalidFormat = StatsCsv.TryRead(request.Format, request.Http, out var csv);
        var error = DateRange.TryRead(request.From, request.To, out var range) ?? invalidFormat;
        var invalidTraffic = TrafficParameter.TryRead(request.Traffic, request.AsOf, out var traffic);
        var asked = subject with { From = range.From, To = range.To, GroupBy = [StatsGroup.Day], Traffic = traffic, Limit = StatsQuery.NoLimit };
        error ??= invalidTraffic;
        error ??= AsOfTime.TryRead(request.AsOf, asked, now, out asked);
        error ??= range is { From: { } first, To: { } last } && last.Number - first.Number >= MostDays ? TooLong : await find();
        if (error is not null)
        {
            return error;
        }

        return await AnswerAsync(request, asked, range.To is null ? null : asked.To, now, csv, cancellation);
    }

    /// <param name="request">The request.</param>
    /// <param name="query">The question.</param>
    /// <param name="until">The last day of the answer, if one was named.</param>
    /// <param name="now">When it was asked.</param>
    /// <param name="csv">Whether as CSV.</param>
    /// <param name="cancellation">Ends the reading.</param>
    private static async Task<IResult> AnswerAsync(
        DailyStatsRequest request, StatsQuery query, UtcDay? until, DateTimeOffset now, bool csv, CancellationToken cancellation)
    {
        var (asOf, closed) = (query.AsOf ?? now, query.AsOf is null ? null : query.ClosedThrough);
        var view = await request.Stats.ReadAsync(query, cancellation);
        var days = Fill(view.Rows, query, until);
        if (days is null)
        {
            return TooLong;
        }

        return csv
            ? StatsCsv.Answer(days, StatsRowResponse.Of(default, query, new StatsKey(" ", string.Empty)), new CsvHead(asOf, view.PositionFor(request.Caller), view.IsComplete, closed))
            : TypedResults.Ok(new DailyStatsResponse(
                query.AdId, query.PerformerId, days, StatsRowResponse.Of(view.Total, query), asOf, closed, view.PositionFor(request.Caller), view.IsComplete));
    }

    private static ApiError TooLong { get; } = ApiError.BadRequest($"Invalid date range: at most {MostDays} days");

    /// <summary>A row for each day from the first to the last: those asked for, else those with data.</summary>
    private static List<StatsRowResponse>? Fill(IReadOnlyList<StatsRow> rows, StatsQuery query, UtcDay? until)
    {
        var found = rows.ToDictionary(row => UtcDay.Parse(row.Key.First), row => row.Measures);
        var first = query.From ?? (found.Count == 0 ? until : found.Keys.Min());
        var last = until ?? (found.Count == 0 ? first : found.Keys.Max());
        // Of a day that was open then nothing is known, not that there was nothing.
        last = query.AsOf is not null && last > query.To ? query.To : last;
        if (first is not { } from || last is not { } to)
        {
            return [];
        }

        return to.Number - from.Number >= MostDays
            ? null
            : [.. Enumerable.Range(0, Math.Max(0, to.Number - from.Number + 1))
                .Select(offset => from.AddDays(offset))
                .Select(day => StatsRowResponse.Of(found.GetValueOrDefault(day), query, new StatsKey(day.ToString(), string.Empty)))];
    }
}

/// <summary>The parameters of a request for days, and what answers them.</summary>
internal sealed record DailyStatsRequest
{
    /// <summary>First day, inclusive.</summary>
    public string? From { get; init; }

    /// <summary>Last day, inclusive.</summary>
    public string? To { get; init; }

    /// <summary>Sums up to this time, such as <c>2026-11-21T10:10:00Z</c>, as in <c>/stats</c>.</summary>
    public string? AsOf { get; init; }

    /// <summary><c>gross</c> (default), <c>net</c> or <c>verified</c>, as in <c>/stats</c>.</summary>
    public string? Traffic { get; init; }

    /// <summary><c>json</c> or <c>csv</c>.</summary>
    public string? Format { get; init; }

    /// <summary>The request.</summary>
    public required HttpRequest Http { get; init; }

    /// <summary>Who asks.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The store.</summary>
    [FromServices]
    public required IStatsReader Stats { get; init; }

    /// <summary>The clock.</summary>
    [FromServices]
    public required TimeProvider Clock { get; init; }
}

/// <summary>The days of an ad or of a performer.</summary>
/// <param name="AdId">The ad, if one was asked about.</param>
/// <param name="PerformerId">The performer, if one was asked about.</param>
/// <param name="Days">One row a day.</param>
/// <param name="Totals">Their sum.</param>
/// <param name="AsOf">When the reading began: every event that was answered before is in it. With <c>asOf</c>: the moment of the sums, at or before it.</param>
/// <param name="ClosedThrough">With <c>asOf</c>: the last day that was closed then; later ones are not in the sums.</param>
/// <param name="Position">The position in the journal behind it; null for an advertiser, who would learn from it how many events others have.</param>
/// <param name="Complete">False while answered events wait on a host that could not reach the database: they are added later.</param>
internal sealed record DailyStatsResponse(
    string? AdId,
    string? PerformerId,
    IReadOnlyList<StatsRowResponse> Days,
    StatsRowResponse Totals,
    DateTimeOffset AsOf,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UtcDay? ClosedThrough,
    StatsPosition? Position,
    bool Complete);
