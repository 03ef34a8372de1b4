using AdServer.Access;
using AdServer.Common;
using Microsoft.AspNetCore.Mvc;

namespace AdServer.Stats;

/// <summary>
/// <c>verify</c> and <c>rebuild</c> by the server itself, while it goes on: a bounded number of days, and one request at a time.
/// Who hangs up stops it.
/// </summary>
internal static class LedgerEndpoints
{
    /// <summary>The most days of one request.</summary>
    public const int MostDays = 31;

    /// <summary>The days up to today that are compared when none are named.</summary>
    public const int UsualDays = 7;

    private static readonly UtcDay FirstDay = UtcDay.Parse("0001-01-01");

    /// <summary>Another request is in the gate.</summary>
    public static ApiError Busy { get; } =
        ApiError.Conflict("A verification, a rebuild or a rating is running on this server. Try again when it has ended");

    private static ApiError TooLong { get; } = ApiError.BadRequest($"Invalid date range: at most {MostDays} days");

    private static ApiError NoDays { get; } = ApiError.BadRequest("Missing from or to: a rebuild names its days");

    public static void MapLedger(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/stats/verify", VerifyAsync).WithTags("Statistics").Produces<VerifyResponse>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary($"Whether raw events, buckets, daily rows and totals agree, per ad and day; at most {MostDays} days, the last {UsualDays} if none are named");
        routes.MapPost("/stats/rebuild", RebuildAsync).WithTags("Statistics").Produces<VerifyResponse>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary($"Derives the rows and buckets of at most {MostDays} days again from raw events, while events go on, and verifies them");
    }

    private static async Task<IResult> VerifyAsync([AsParameters] LedgerRequest request, CancellationToken cancellation)
    {
        if (TryRead(request, out var days) is { } error)
        {
            return error;
        }

        using var pass = request.Gate.TryEnter();
        return pass is null ? Busy : await CompareAsync(request, days, cancellation);
    }

    private static async Task<IResult> RebuildAsync([AsParameters] LedgerRequest request, CancellationToken cancellation)
    {
        var missing = string.IsNullOrWhiteSpace(request.From) || string.IsNullOrWhiteSpace(request.To) ? NoDays : null;
        if ((TryRead(request, out var days) ?? missing) is { } error)
        {
            return error;
        }

        using var pass = request.Gate.TryEnter();
        if (pass is null)
        {
            return Busy;
        }

        if (await request.Ledger.ReadRawSinceAsync(cancellation) is { } since && days[^1] < since)
        {
            return NotKept(since);
        }

        var change = new AuditChange(AuditAction.RebuildStats, $"{days[0]}..{days[^1]}");
        await request.Audit.RecordAsync(request.Origin, change, () => RebuildDaysAsync(request.Ledger, days, cancellation), done => done, cancellation);
        return await CompareAsync(request, days, cancellation);
    }

    private static async Task<bool> RebuildDaysAsync(ILedgerStore ledger, IReadOnlyList<UtcDay> days, CancellationToken cancellation)
    {
        foreach (var day in days)
        {
            // Of a day that is not kept nothing is changed; the comparison says so.
            await ledger.RebuildDayAsync(day, LedgerCheck.MostRebuiltKeys, cancellation);
        }

        return true;
    }

    /// <summary>Compares those of some days whose raw events are kept.</summary>
    private static async Task<IResult> CompareAsync(LedgerRequest request, IReadOnlyList<UtcDay> days, CancellationToken cancellation)
    {
        var asOf = request.Clock.Now();
        var since = await request.Ledger.ReadRawSinceAsync(cancellation);
        var verified = new List<VerifiedDay>();
        foreach (var day in days.Where(day => !(day < since)))
        {
            if (await CompareAsync(request.Ledger, day, cancellation) is { } one)
            {
                verified.Add(one);
            }
        }

        return verified.Count == 0
            ? NotKept(await request.Ledger.ReadRawSinceAsync(cancellation))
            : TypedResults.Ok(Answer(verified, since, asOf));
    }

    private static ApiError NotKept(UtcDay? since) =>
        ApiError.BadRequest($"Raw events are kept since {since}: earlier days are not compared, and not rebuilt");

    private static VerifyResponse Answer(List<VerifiedDay> verified, UtcDay? since, DateTimeOffset asOf) => new(
            verified.TrueForAll(day => day.State != VerifyState.Different),
            verified[0].Day,
            verified[^1].Day,
            verified.Sum(day => day.Events),
            verified.Sum(day => day.DifferenceCount),
            verified,
            asOf,
            verified.Min(day => day.Position),
            since);

    /// <summary>Compares a day; nothing if its raw events were removed meanwhile.</summary>
    private static async Task<VerifiedDay?> CompareAsync(ILedgerStore ledger, UtcDay day, CancellationToken cancellation)
    {
        var (found, count) = (new List<DifferenceResponse>(), 0L);
        var summary = await ledger.CheckDayAsync(
            day,
            page =>
            {
                foreach (var one in Ledger.Disagree(page))
                {
                    if (++count <= VerifiedDay.MostDifferences)
                    {
                        found.Add(DifferenceResponse.Of(one));
                    }
                }
            },
            cancellation);
        if (!summary.IsKept)
        {
            return null;
        }

        count += summary.Totals is { AreEqual: false } ? 1 : 0;
        var state = count > 0 ? VerifyState.Different
            : summary.Totals is null ? VerifyState.EqualButTotals : VerifyState.Equal;
        return new VerifiedDay(day, state, summary.Position, summary.Events, count, found, TotalsResponse.Of(summary.Totals));
    }

    /// <summary>The days asked for, in order: at least one.</summary>
    private static ApiError? TryRead(LedgerRequest request, out IReadOnlyList<UtcDay> days)
    {
        days = [];
        if (DateRange.TryRead(request.From, request.To, out var range) is { } error)
        {
            return error;
        }

        var today = UtcDay.Of(request.Clock.Now());
        var to = range.To ?? (range.From is { } first && first > today ? first : today);
        var from = range.From ?? new UtcDay(Math.Max(to.Number + 1 - UsualDays, FirstDay.Number));
        if (to.Number - from.Number >= MostDays)
        {
            return TooLong;
        }

        days = [.. Enumerable.Range(0, to.Number - from.Number + 1).Select(from.AddDays)];
        return null;
    }
}

/// <summary>Which days to compare or to rebuild, and what does it.</summary>
internal sealed record LedgerRequest
{
    /// <summary>First day, inclusive.</summary>
    public string? From { get; init; }

    /// <summary>Last day, inclusive.</summary>
    public string? To { get; init; }

    /// <summary>The store.</summary>
    [FromServices]
    public required ILedgerStore Ledger { get; init; }

    /// <summary>One request at a time.</summary>
    [FromServices]
    public required LedgerGate Gate { get; init; }

    /// <summary>Where a rebuild is noted.</summary>
    [FromServices]
    public required AuditLog Audit { get; init; }

    /// <summary>Who asks.</summary>
    public required AuditOrigin Origin { get; init; }

    /// <summary>The clock.</summary>
    [FromServices]
    public required TimeProvider Clock { get; init; }
}
