using System.Text.Json;
using System.Text.Json.Serialization;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Access;

/// <summary>The route of the audit. There is none to change or to remove an entry.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/audit", ListAsync).WithTags("Audit").WithSummary("Who changed what, the newest first: a page {items, nextCursor}");

    private static async Task<Results<Ok<Page<AuditEntryResponse>>, ApiError>> ListAsync(
        [AsParameters] AuditRequest request, IAuditStore store, CancellationToken cancellation)
    {
        if (request.TryRead(out var query) is { } error)
        {
            return error;
        }

        var page = await store.ListAuditAsync(query, cancellation);
        var next = page.HasMore ? PageRequest.Encode(page.Items[^1].Place.ToString()) : null;
        return TypedResults.Ok(new Page<AuditEntryResponse>([.. page.Items.Select(AuditEntryResponse.Of)], next));
    }
}

/// <summary>Which entries a caller asks for.</summary>
internal sealed record AuditRequest
{
    /// <summary>A kind and an identity, such as <c>ad:019a…</c>; or a kind alone.</summary>
    public string? Object { get; init; }

    /// <summary>A kind, such as <c>ad</c>.</summary>
    public string? ObjectKind { get; init; }

    /// <summary>An identity; its kind must be given, too.</summary>
    public string? ObjectId { get; init; }

    /// <summary>The identity of a token, or of the developer or performer who had signed in; or <c>everybody</c>, <c>server</c>, <c>command line</c>.</summary>
    public string? Actor { get; init; }

    /// <summary>The first moment, or day.</summary>
    public string? From { get; init; }

    /// <summary>The last day, or the moment before which entries end.</summary>
    public string? To { get; init; }

    /// <summary>The most entries; 100 if absent, 1000 at most. There may be fewer although there is a <c>nextCursor</c>.</summary>
    public string? Limit { get; init; }

    /// <summary>What the page before gave as <c>nextCursor</c>.</summary>
    public string? Cursor { get; init; }

    private static ApiError UnknownKind { get; } = ApiError.BadRequest($"Invalid object: its kind must be one of {string.Join(", ", AuditAction.Kinds)}");

    private static ApiError TwoObjects { get; } = ApiError.BadRequest("Invalid object: give object, or objectKind and objectId, not both");

    private static ApiError NoKind { get; } = ApiError.BadRequest("Invalid objectId: give objectKind, too");

    /// <summary>Reads the parameters; blank ones are absent.</summary>
    public ApiError? TryRead(out AuditQuery query)
    {
        (query, ListPlace? after) = (new AuditQuery(), null);
        if (TryReadObject(out var kind, out var id) is { } wrongObject)
        {
            return wrongObject;
        }

        var (wrongFrom, wrongTo) = (TryReadTime(From, "from", days: 0, out var from), TryReadTime(To, "to", days: 1, out var until));
        var wrongPage = PageRequest.TryRead(Limit, Cursor, out var page);
        if ((wrongFrom ?? wrongTo ?? wrongPage ?? TryReadPlace(page.Cursor, out after)) is { } wrong)
        {
            return wrong;
        }

        query = new AuditQuery
        {
            ObjectKind = kind,
            ObjectId = id,
            ActorId = Given(Actor),
            From = from,
            Until = until,
            After = after,
            Limit = page.Limit,
        };
        return null;
    }

    private ApiError? TryReadObject(out string? kind, out string? id)
    {
        (kind, id) = (Given(ObjectKind), Given(ObjectId));
        if (Given(Object) is { } both)
        {
            if (kind is not null || id is not null)
            {
                return TwoObjects;
            }

            var colon = both.IndexOf(':', StringComparison.Ordinal);
            (kind, id) = colon < 0 ? (both, null) : (both[..colon], Given(both[(colon + 1)..]));
        }

        return kind is null ? (id is null ? null : NoKind) : AuditAction.Kinds.Contains(kind) ? null : UnknownKind;
    }

    /// <summary>An instant, or a day: its beginning, or that of a day so many days later.</summary>
    private static ApiError? TryReadTime(string? text, string name, int days, out DateTimeOffset? time)
    {
        time = Given(text) is not { } given ? null : UtcDay.TryParse(given, out var day) ? After(day.Start, days) : ApiJson.Instant(given);
        return time is null && Given(text) is not null
            ? ApiError.BadRequest($"Invalid {name}: a day such as 2026-11-21, or a time such as 2026-11-21T10:00:00Z")
            : null;
    }

    /// <summary>So many days later, if there are so many left.</summary>
    private static DateTimeOffset After(DateTimeOffset time, int days) =>
        time < DateTimeOffset.MaxValue.AddDays(-days) ? time.AddDays(days) : DateTimeOffset.MaxValue.ToMilliseconds();

    private static ApiError? TryReadPlace(string? cursor, out ListPlace? after)
    {
        var isPlace = ListPlace.TryParse(cursor ?? string.Empty, out var place);
        after = isPlace ? place : null;
        return isPlace || cursor is null ? null : PageRequest.InvalidCursor;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>A change.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="At">When it was about to be made.</param>
/// <param name="Actor">Who made it.</param>
/// <param name="Address">From where.</param>
/// <param name="Action">What was done.</param>
/// <param name="Object">To which thing.</param>
/// <param name="PerformerId">The performer that the thing belongs to.</param>
/// <param name="Before">As it was; of a thing that stays only what differs. Null: there was none.</param>
/// <param name="After">As it was then. Null: there was none any more.</param>
/// <param name="Outcome">
/// <c>done</c>; <c>refused</c>: it was not made; <c>unknown</c>: it was about to be made, and nobody could note how that ended. Whether it was
/// made says the thing, or <c>before</c> of its next change.
/// </param>
/// <param name="EndedAt">When that was noted.</param>
/// <param name="TraceId">Names the request in the log and in its error.</param>
internal sealed record AuditEntryResponse(
    [property: JsonPropertyName("_id")] string Id,
    DateTimeOffset At,
    AuditActorResponse Actor,
    string? Address,
    string Action,
    AuditObjectResponse Object,
    string? PerformerId,
    JsonElement? Before,
    JsonElement? After,
    AuditOutcome Outcome,
    DateTimeOffset? EndedAt,
    string? TraceId)
{
    public static AuditEntryResponse Of(AuditEntry entry) => new(
        entry.Id,
        entry.At,
        new AuditActorResponse(entry.Origin.ActorId, entry.Origin.ActorName, entry.Origin.Role),
        entry.Origin.Address,
        entry.Action,
        new AuditObjectResponse(entry.ObjectKind, entry.ObjectId),
        entry.PerformerId,
        Parse(entry.Before),
        Parse(entry.After),
        entry.Outcome,
        entry.EndedAt,
        entry.Origin.TraceId);

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}

/// <summary>Who made a change.</summary>
/// <param name="Id">The identity of the token, or of the developer or performer who had signed in; or <c>everybody</c>, <c>server</c>, <c>command line</c>.</param>
/// <param name="Name">What the token, or whoever had signed in, was called then.</param>
/// <param name="Role">Its role.</param>
internal sealed record AuditActorResponse(string Id, string Name, string? Role);

/// <summary>What was changed.</summary>
/// <param name="Kind">Its kind: the part of the action before the dot.</param>
/// <param name="Id">Its identity.</param>
internal sealed record AuditObjectResponse(string Kind, string? Id);
