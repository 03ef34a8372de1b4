using System.Text.Json;
using System.Text.Json.Serialization;
using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Catalog;

/// <summary>The routes of performers (advertisers).</summary>
internal static class PerformerEndpoints
{
    private static readonly ApiError AddressIsFixed =
        new(StatusCodes.Status403Forbidden, "An administrator changes e-mail addresses");

    public static void MapPerformers(this IEndpointRouteBuilder routes)
    {
        var performers = routes.MapGroup("/performers").WithTags("Performers");
        performers.MapPost(string.Empty, CreateAsync).Accepts<ContactRequest>("application/json").TakesIdempotencyKey()
            .WithSummary("Adds a performer (201), or finds the one with this address (200)");
        performers.MapPost("/check-email", CheckEmailAsync).Accepts<EmailRequest>("application/json").WithSummary("Whether a performer has this address");
        performers.MapGet(string.Empty, ListAsync).Produces<IReadOnlyList<PerformerResponse>>().AlsoProduces<Page<PerformerResponse>, FoundPage<PerformerResponse>>()
            .ProducesError(StatusCodes.Status400BadRequest)
            .WithSummary("All performers in order of creation; with limit or cursor a page {items, nextCursor}; with search or sort a page of what is found {items, nextCursor, total}");
        performers.MapGet("/{id}", FindAsync).ProducesError(StatusCodes.Status404NotFound).WithSummary("One performer");
        performers.MapPut("/{id}", UpdateAsync).Accepts<ContactRequest>("application/json")
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .ProducesError(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Changes name, e-mail address or both; its ads show the new ones at once");
        performers.MapDelete("/{id}", RemoveAsync)
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .ProducesError(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Removes a performer that has no ads. With If-Match only the version of that ETag");
    }

    private static async Task<Results<Created<PerformerCreated>, Ok<PerformerCreated>, ApiError>> CreateAsync(
        HttpRequest http, Caller caller, PerformerChanges changes, IdempotencyKeys keys, AuditOrigin origin, TimeProvider clock, CancellationToken cancellation)
    {
        var (error, request) = await JsonBody.ReadAsync(http, ContactRequest.Read);
        if (request is null)
        {
            return error!;
        }

        (error, var call) = await keys.BeginAsync(http, caller, request, cancellation);
        using (call)
        {
            if (call is null)
            {
                return error!;
            }

            var answer = call.Answer ?? await AddAsync(request, call, changes, origin, clock, cancellation);
            return answer is null ? IdempotencyKeys.Removed
                : answer.Status == StatusCodes.Status201Created
                    ? TypedResults.Created((string?)null, new PerformerCreated("Performer created", answer.ObjectId))
                    : TypedResults.Ok(new PerformerCreated("Performer already exists", answer.ObjectId));
        }
    }

    /// <summary>Adds the performer of a request, or finds the one with its address; nothing if it was added before, and removed.</summary>
    private static async Task<KeyAnswer?> AddAsync(
        ContactRequest request, IdempotentCall call, PerformerChanges changes, AuditOrigin origin, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Now();
        var wanted = new Performer(call.ObjectId, request.Name, request.Email, now, now, Version: 1);
        var (performer, added) = await changes.AddAsync(wanted, call.IsRepeat, origin, cancellation);
        if (!added && performer.Id == wanted.Id)
        {
            return null;
        }

        var answer = new KeyAnswer(added ? StatusCodes.Status201Created : StatusCodes.Status200OK, performer.Id);
        await call.RememberAsync(answer);
        return answer;
    }

    private static async Task<Results<Ok<PerformerKnown>, ApiError>> CheckEmailAsync(
        HttpRequest http, ICatalogStore store, CancellationToken cancellation)
    {
        var (error, email) = await JsonBody.ReadAsync(http, body => ContactRequest.ReadEmail(body, "Missing or empty email"));
        if (email is null)
        {
            return error!;
        }

        var performer = await store.FindPerformerByEmailAsync(EmailAddress.Key(email), cancellation);
        return TypedResults.Ok(new PerformerKnown(performer is not null, performer?.Id));
    }

    private static Task<IResult> ListAsync(
        [AsParameters] PerformerListRequest request, Caller caller, ICatalogStore store, CatalogRefresher catalog, CancellationToken cancellation) =>
        request.IsSearch ? Task.FromResult(Find(request, caller, catalog.Current)) : ListAllAsync(request, caller, store, cancellation);

    private static IResult Find(PerformerListRequest request, Caller caller, CatalogSnapshot catalog) =>
        PerformerSearch.TryFind(request, caller, catalog, out var page) is { } error ? error : TypedResults.Ok(page);

    private static Task<IResult> ListAllAsync(PerformerListRequest request, Caller caller, ICatalogStore store, CancellationToken cancellation) =>
        new CatalogList<Performer, PerformerResponse>(
            (after, most, token) => ListSeenAsync(caller, after, most, store, token),
            one => new ListPlace(one.CreatedAt, one.Id),
            (page, token) => JoinAsync(page, store, token))
        .AnswerAsync(request.Limit, request.Cursor, cancellation);

    /// <summary>Of an advertiser's list there is one place, and nothing after it.</summary>
    private static async Task<IReadOnlyList<Performer>> ListSeenAsync(
        Caller caller, ListPlace? after, int limit, ICatalogStore store, CancellationToken cancellation)
    {
        if (caller.PerformerId is not { } own)
        {
            return await store.ListPerformersAsync(after, limit, cancellation);
        }

        return after is null && await store.FindPerformerAsync(own, cancellation) is { } performer ? [performer] : [];
    }

    private static async Task<Results<Ok<PerformerResponse>, ApiError>> FindAsync(
        string id, HttpContext http, Caller caller, ICatalogStore store, CancellationToken cancellation)
    {
        if (!caller.Sees(id) || await store.FindPerformerAsync(id, cancellation) is not { } performer)
        {
            return CatalogErrors.PerformerNotFound;
        }

        EntityTag.Show(http, performer.Version);
        return TypedResults.Ok((await JoinAsync([performer], store, cancellation))[0]);
    }

    /// <summary>Puts performers beside the ads they own.</summary>
    private static async Task<IReadOnlyList<PerformerResponse>> JoinAsync(
        IReadOnlyList<Performer> performers, ICatalogStore store, CancellationToken cancellation)
    {
        var ads = await store.ListAdIdsAsync([.. performers.Select(performer => performer.Id)], cancellation);
        return [.. performers.Select(one => PerformerResponse.Of(one, ads[one.Id]))];
    }

    private static async Task<Results<Ok<Done>, ApiError>> UpdateAsync(
        string id, HttpRequest http, Caller caller, PerformerChanges changes, Credentials credentials, AuditOrigin origin, CancellationToken cancellation)
    {
        var (error, change) = await JsonBody.ReadAsync(http, ReadChange);
        if (change is null)
        {
            return error!;
        }

        if (!caller.Sees(id))
        {
            return CatalogErrors.PerformerNotFound;
        }

        // That an address is taken would tell an advertiser that somebody else has it.
        if (change.Email is not null && !caller.May.HasFlag(Permissions.AdmitPerformers))
        {
            return AddressIsFixed;
        }

        error = await changes.ReplaceAsync(id, origin, before => Refuse(before, http) is { } refused ? (refused, null) : (null, Apply(change, before)), cancellation);
        if (error is null && change.Email is not null)
        {
            // Links went to the address of before.
            await credentials.DropLinksAsync(new Subject(SubjectKind.Performer, id), CancellationToken.None);
        }

        return error is null ? TypedResults.Ok(new Done("Performer updated")) : error;
    }

    private static Performer Apply(ContactChange change, Performer before) =>
        before with { Name = change.Name ?? before.Name, Email = change.Email ?? before.Email };

    private static ApiError? Refuse(Performer performer, HttpRequest http) => EntityTag.Admits(http, performer.Version) ? null : EntityTag.Stale;

    private static (ApiError? Error, ContactChange? Change) ReadChange(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object ? ContactRequest.ReadChange(body) : (ApiError.BadRequest("Invalid update data"), null);

    private static async Task<Results<Ok<Done>, ApiError>> RemoveAsync(
        string id, HttpRequest http, PerformerChanges changes, Sessions sessions, AuditOrigin origin, CancellationToken cancellation)
    {
        var error = await changes.RemoveAsync(id, origin, performer => Refuse(performer, http), cancellation);
        if (error is null || error == CatalogErrors.PerformerNotFound)
        {
            // Whether it is gone by this call or was before: an earlier call may have been broken off here.
            await sessions.ForgetAsync(new Subject(SubjectKind.Performer, id), CancellationToken.None);
        }

        return error is null ? TypedResults.Ok(new Done("Performer deleted successfully")) : error;
    }
}

/// <summary>The performer that has the address now.</summary>
internal sealed record PerformerCreated(string Message, string PerformerId);

/// <summary>Whether a performer has the address, and which.</summary>
internal sealed record PerformerKnown(
    bool Exists, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PerformerId);

/// <summary>A performer as every client reads it.</summary>
internal sealed record PerformerResponse(
    [property: JsonPropertyName("_id")] string Id,
    string Name,
    string Email,
    IReadOnlyList<string> Ads,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static PerformerResponse Of(Performer one, IEnumerable<string> ads) => new(one.Id, one.Name, one.Email, [.. ads], one.CreatedAt, one.UpdatedAt);
}
