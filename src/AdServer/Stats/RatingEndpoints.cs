using AdServer.Access;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary><c>rerate</c> by the server itself, while it goes on: a day, and one request at a time. Who hangs up stops it.</summary>
internal static class RatingEndpoints
{
    private static ApiError NoDay { get; } = ApiError.BadRequest("Missing or invalid day: the one to rate anew, such as 2026-11-20");

    public static void MapRating(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/stats/rerate", RateAsync).WithTags("Statistics").Produces<RatedDayResponse>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary("Decides anew, by the rules as they are now, which events of a day count as invalid traffic, while events go on; gross counts stay");

    private static async Task<IResult> RateAsync(
        string? day, ILedgerStore ledger, LedgerGate gate, DayRating rating, AuditLog audit, AuditOrigin origin, CancellationToken cancellation)
    {
        if (!UtcDay.TryParse(day?.Trim(), out var asked))
        {
            return NoDay;
        }

        if (await ledger.ReadRawSinceAsync(cancellation) is { } since && asked < since)
        {
            return ApiError.BadRequest($"Raw events are kept since {since}: earlier days are not rated");
        }

        using var pass = gate.TryEnter();
        if (pass is null)
        {
            return LedgerEndpoints.Busy;
        }

        var change = new AuditChange(AuditAction.RerateStats, asked.ToString());
        var rated = await audit.RecordAsync(origin, change, () => rating.RateAsync(asked, cancellation), _ => true, cancellation);
        return TypedResults.Ok(RatedDayResponse.Of(rated));
    }
}

/// <summary>What came of a day that was rated anew.</summary>
/// <param name="Day">The day.</param>
/// <param name="Events">How many events were looked at: those that are rolled up.</param>
/// <param name="Changed">How many of them are rated otherwise than before.</param>
/// <param name="Changes">The same by reason.</param>
internal sealed record RatedDayResponse(UtcDay Day, long Events, long Changed, IReadOnlyList<RatingChangeResponse> Changes)
{
    public static RatedDayResponse Of(RatedDay rated)
    {
        var changes = rated.Changes.Select(one => new RatingChangeResponse(one.From, one.To, one.Events)).ToList();
        return new(rated.Day, rated.Events, changes.Sum(one => one.Events), changes);
    }
}

/// <summary>Events that counted as invalid for one reason, and count for another now.</summary>
/// <param name="From">The reason before; <c>none</c>: they counted as valid.</param>
/// <param name="To">The reason now; <c>none</c>: they count as valid.</param>
/// <param name="Events">How many.</param>
internal sealed record RatingChangeResponse(TrafficFlaw From, TrafficFlaw To, long Events);
