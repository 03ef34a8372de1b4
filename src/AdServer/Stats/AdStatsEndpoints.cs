using System.Text.Json.Serialization;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Stats;

/// <summary>The statistics that older clients read: of an ad, and of a performer's ads.</summary>
internal static class AdStatsEndpoints
{
    public static void MapAdStats(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ads/{id}/stats", OfAdAsync).WithTags("Statistics")
            .ProducesError(StatusCodes.Status404NotFound).WithSummary("What happened to an ad from one day to another, both inclusive");
        routes.MapGet("/performers/{id}/stats", OfPerformerAsync).WithTags("Statistics")
            .ProducesError(StatusCodes.Status404NotFound).WithSummary("The same for each ad of a performer, in order of creation");
    }

    private static async Task<Results<Ok<AdStatsResponse>, ApiError>> OfAdAsync(
        string id,
        [AsParameters] AdStatsRequest asked,
        Caller caller,
        ICatalogStore catalog,
        IStatsReader stats,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        if (asked.TryRead(out var query) is { } error)
        {
            return error;
        }

        if (await catalog.FindAdAsync(id, cancellation) is not { } ad || !caller.Sees(ad.PerformerId))
        {
            return CatalogErrors.AdNotFound;
        }

        var asOf = clock.Now();
        var view = await stats.ReadAsync(query with { AdId = id }, cancellation);
        return TypedResults.Ok(new AdStatsResponse(
            id,
            new DateRangeResponse(Echo(asked.From), Echo(asked.To)),
            AdStats.Of(view.Total, ad.Details.Budget, query.IsNet),
            asOf,
            view.PositionFor(caller),
            view.IsComplete));
    }

    private static async Task<Results<Ok<PerformerStatsResponse>, ApiError>> OfPerformerAsync(
        string id,
        [AsParameters] AdStatsRequest asked,
        Caller caller,
        ICatalogStore catalog,
        IStatsReader stats,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        if (asked.TryRead(out var query) is { } error)
        {
            return error;
        }

        if (!caller.Sees(id) || await catalog.FindPerformerAsync(id, cancellation) is null)
        {
            return CatalogErrors.PerformerNotFound;
        }

        var ads = (await catalog.ListAdIdsAsync([id], cancellation))[id].ToList();
        var asOf = clock.Now();
        var view = await stats.ReadAsync(query with { PerformerId = id, GroupBy = [StatsGroup.Ad], Limit = StatsQuery.NoLimit }, cancellation);
        var counted = view.Rows.ToDictionary(row => row.Key.First, row => row.Measures);
        var rows = ads.Select(ad => PerformerAdStats.Of(ad, counted.GetValueOrDefault(ad), query.IsNet));
        return TypedResults.Ok(new PerformerStatsResponse(id, [.. rows], asOf, view.PositionFor(caller), view.IsComplete));
    }

    private static string? Echo(string? query) => string.IsNullOrWhiteSpace(query) ? null : query;
}

/// <summary>What is asked about an ad or a performer's ads.</summary>
internal sealed record AdStatsRequest
{
    /// <summary>First day, inclusive.</summary>
    public string? From { get; init; }

    /// <summary>Last day, inclusive.</summary>
    public string? To { get; init; }

    /// <summary><c>gross</c> (default), <c>net</c> or <c>verified</c>, as in <c>/stats</c>.</summary>
    public string? Traffic { get; init; }

    /// <summary>The question, about whatever it is asked about.</summary>
    public ApiError? TryRead(out StatsQuery query)
    {
        var invalidTraffic = TrafficParameter.TryRead(Traffic, null, out var traffic);
        var invalidRange = DateRange.TryRead(From, To, out var range);
        query = new StatsQuery { From = range.From, To = range.To, Traffic = traffic };
        return invalidRange ?? invalidTraffic;
    }
}

/// <summary>The days that were asked about, as they were asked.</summary>
internal sealed record DateRangeResponse(string? From, string? To);

/// <summary>The statistics of an ad.</summary>
/// <param name="AdId">The ad.</param>
/// <param name="DateRange">The days.</param>
/// <param name="AdStats">The numbers.</param>
/// <param name="AsOf">When the reading began: every event that was answered before is in it.</param>
/// <param name="Position">The position in the journal behind it; null for an advertiser, who would learn from it how many events others have.</param>
/// <param name="Complete">False while answered events wait on a host that could not reach the database: they are added later.</param>
internal sealed record AdStatsResponse(
    string AdId, DateRangeResponse DateRange, AdStats AdStats, DateTimeOffset AsOf, StatsPosition? Position, bool Complete);

/// <summary>What happened to an ad.</summary>
/// <param name="Views">Views.</param>
/// <param name="Clicks">Clicks.</param>
/// <param name="Skips">Skips.</param>
/// <param name="Exits">Exits.</param>
/// <param name="AvgWatchDuration">Seconds watched per view.</param>
/// <param name="ClickThroughRate">Clicks for a hundred views.</param>
/// <param name="ConversionRate">Clicks for a hundred, divided by the budget's level (low 1, medium 2, high 3): no rate, kept for older clients.</param>
/// <param name="Deliveries">How often it was handed out.</param>
/// <param name="Invalid">Of net counts: the events that are left out, by reason.</param>
internal sealed record AdStats(
    long Views,
    long Clicks,
    long Skips,
    long Exits,
    double AvgWatchDuration,
    double ClickThroughRate,
    double ConversionRate,
    long Deliveries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] InvalidResponse? Invalid = null)
{
    public static AdStats Of(Measures measures, Budget budget, bool isNet) => new(
        measures.Events.Views,
        measures.Events.Clicks,
        measures.Events.Skips,
        measures.Events.Exits,
        measures.Events.AvgWatchDuration(),
        measures.Events.ClickThroughRate(),
        measures.Events.ConversionRate(budget),
        measures.Deliveries,
        isNet ? InvalidResponse.Of(measures.Invalid, counts => counts.Events) : null);
}

/// <summary>The statistics of a performer's ads.</summary>
/// <param name="PerformerId">The performer.</param>
/// <param name="AdsStats">One row an ad, in order of creation, zeros where there is nothing.</param>
/// <param name="AsOf">When the reading began: every event that was answered before is in it.</param>
/// <param name="Position">The position in the journal behind it; null for an advertiser, who would learn from it how many events others have.</param>
/// <param name="Complete">False while answered events wait on a host that could not reach the database: they are added later.</param>
internal sealed record PerformerStatsResponse(
    string PerformerId, IReadOnlyList<PerformerAdStats> AdsStats, DateTimeOffset AsOf, StatsPosition? Position, bool Complete);

/// <summary>What happened to one ad of a performer, as in the statistics of one ad.</summary>
internal sealed record PerformerAdStats(
    string AdId,
    long Views,
    long Clicks,
    long Skips,
    long Exits,
    double AvgWatchDuration,
    double ClickThroughRate,
    long Deliveries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] InvalidResponse? Invalid = null)
{
    public static PerformerAdStats Of(string adId, Measures measures, bool isNet) => new(
        adId,
        measures.Events.Views,
        measures.Events.Clicks,
        measures.Events.Skips,
        measures.Events.Exits,
        measures.Events.AvgWatchDuration(),
        measures.Events.ClickThroughRate(),
        measures.Deliveries,
        isNet ? InvalidResponse.Of(measures.Invalid, counts => counts.Events) : null);
}
