using System.Text.Json;
using System.Text.Json.Serialization;
using AdServer.Access;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Catalog;

/// <summary>The routes of performers (advertisers).</summary>
internal static class PerformerEndpoints
{
    private static readonly ApiError Busy = ApiError.Conflict("The performer is being changed by others; try again");

    private static readonly ApiError AddressIsFixed =
        new(StatusCodes.Status403Forbidden, "An administrator changes e-mail addresses");

    public static void MapPerformers(this IEndpointRouteBuilder routes)
    {
        var performers = routes.MapGroup("/performers").WithTags("Performers");
        performers.MapPost(string.Empty, CreateAsync).Accepts<ContactRequest>("application/json")
            .WithSummary("Adds a performer (201), or finds the one with this address (200)");
        performers.MapPost("/check-email", CheckEmailAsync).Accepts<EmailRequest>("application/json").WithSummary("Whether a performer has this address");
        performers.MapGet(string.Empty, ListAsync).Produces<IReadOnlyList<PerformerResponse>>()
            .WithSummary("All performers in order of creation; with limit or cursor a page {items, nextCursor}");
        performers.MapGet("/{id}", FindAsync).ProducesError(StatusCodes.Status404NotFound).WithSummary("One performer");
        performers.MapPut("/{id}", UpdateAsync).Accepts<ContactRequest>("application/json")
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .ProducesError(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Changes name, e-mail address or both; its ads show the new ones at once");
        performers.MapDelete("/{id}", RemoveAsync)
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary("Removes a performer that has no ads");
    }

    private static async Task<Results<Created<PerformerCreated>, Ok<PerformerCreated>, ApiError>> CreateAsync(
        HttpRequest http, ICatalogStore store, CatalogRefresher catalog, TimeProvider clock, CancellationToken cancellation)
    {
        var (error, request) = await JsonBody.ReadAsync(http, ContactRequest.Read);
        if (request is null)
        {
            return error!;
        }

        var now = clock.Now();
        var wanted = new Performer(Ids.New(now), request.Name, request.Email, now, now, Version: 1);
        var (performer, added) = await store.AddPerformerAsync(wanted, cancellation);
        if (!added)
        {
            return TypedResults.Ok(new PerformerCreated("Performer already exists", performer.Id));
        }

        await catalog.ApplyAsync(new CatalogChange(Performer: performer));
        return TypedResults.Created((string?)null, new PerformerCreated("Performer created", performer.Id));
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
        string? limit, string? cursor, Caller caller, ICatalogStore store, CancellationToken cancellation) =>
        new CatalogList<Performer, PerformerResponse>(
            (after, most, token) => ListSeenAsync(caller, after, most, store, token),
            one => new ListPlace(one.CreatedAt, one.Id),
            (page, token) => JoinAsync(page, store, token))
        .AnswerAsync(limit, cursor, cancellation);

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
        return [.. performers.Select(one => new PerformerResponse(one.Id, one.Name, one.Email, [.. ads[one.Id]], one.CreatedAt, one.UpdatedAt))];
    }

    private static async Task<Results<Ok<Done>, ApiError>> UpdateAsync(
        string id,
        HttpRequest http,
        Caller caller,
        ICatalogStore store,
        CatalogRefresher catalog,
        CatalogChanges changes,
        TimeProvider clock,
        CancellationToken cancellation)
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

        (error, var performer) = await changes.MakeAsync(() => ReplaceAsync(id, change, http, store, clock, cancellation), Busy, cancellation);
        if (performer is null)
        {
            return error!;
        }

        await catalog.ApplyAsync(new CatalogChange(Performer: performer));
        return TypedResults.Ok(new Done("Performer updated"));
    }

    /// <summary>Changes the performer as it is now; nothing if somebody else was faster.</summary>
    private static async Task<(ApiError? Error, Performer? Performer)?> ReplaceAsync(
        string id, ContactChange change, HttpRequest http, ICatalogStore store, TimeProvider clock, CancellationToken cancellation)
    {
        if (await store.FindPerformerAsync(id, cancellation) is not { } before)
        {
            return (CatalogErrors.PerformerNotFound, null);
        }

        if (!EntityTag.Admits(http, before.Version))
        {
            return (EntityTag.Stale, null);
        }

        var (name, email) = (change.Name ?? before.Name, change.Email ?? before.Email);
        var next = before with { Name = name, Email = email, UpdatedAt = clock.Now(), Version = before.Version + 1 };
        return await store.ReplacePerformerAsync(next, cancellation) switch
        {
            ChangeOutcome.Done => (null, next),
            ChangeOutcome.EmailTaken => (ApiError.Conflict("Email already in use"), null),
            _ => null,
        };
    }

    private static (ApiError? Error, ContactChange? Change) ReadChange(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object ? ContactRequest.ReadChange(body) : (ApiError.BadRequest("Invalid update data"), null);

    private static async Task<Results<Ok<Done>, ApiError>> RemoveAsync(
        string id, ICatalogStore store, CatalogRefresher catalog, CancellationToken cancellation)
    {
        switch (await store.RemovePerformerAsync(id, cancellation))
        {
            case ChangeOutcome.Done:
                await catalog.ApplyAsync(new CatalogChange(RemovedId: id));
                return TypedResults.Ok(new Done("Performer deleted successfully"));
            case ChangeOutcome.InUse:
                return ApiError.Conflict("Performer still has ads; delete them first");
            default:
                return CatalogErrors.PerformerNotFound;
        }
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
    DateTimeOffset UpdatedAt);
