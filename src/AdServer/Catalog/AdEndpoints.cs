using System.Text.Json;
using AdServer.Access;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Catalog;

/// <summary>The routes by which advertisers manage their ads.</summary>
internal static class AdEndpoints
{
    public static void MapAds(this IEndpointRouteBuilder routes)
    {
        var ads = routes.MapGroup("/ads").WithTags("Ads");
        ads.MapPost(string.Empty, CreateAsync).Accepts<CreateAdRequest>("application/json").TakesIdempotencyKey()
            .ProducesError(StatusCodes.Status404NotFound).WithSummary("Adds an ad to the performer with this address");
        ads.MapGet(string.Empty, ListAsync).Produces<IReadOnlyList<AdResponse>>().AlsoProduces<Page<AdResponse>, FoundPage<AdResponse>>()
            .ProducesError(StatusCodes.Status400BadRequest)
            .WithSummary("All ads in order of creation; with limit or cursor a page {items, nextCursor}; with search, status, performerId or sort a page of what is found {items, nextCursor, total}");
        ads.MapGet("/{id}", FindAsync).ProducesError(StatusCodes.Status404NotFound).WithSummary("One ad");
        ads.MapPut("/{id}", UpdateAsync).Accepts<UpdateAdRequest>("application/json")
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .ProducesError(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Changes the fields that are given; served at once. With If-Match only the version of that ETag");
        ads.MapDelete("/{id}", RemoveAsync)
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .ProducesError(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Removes an ad and all that was recorded for it. With If-Match only the version of that ETag");
    }

    private static async Task<Results<Created<AdCreated>, ApiError>> CreateAsync(
        HttpRequest http, Caller caller, NewAds ads, IdempotencyKeys keys, AuditOrigin origin, CancellationToken cancellation)
    {
        var (error, fields) = await JsonBody.ReadAsync(http, ReadNew);
        if (fields is null)
        {
            return error!;
        }

        (error, var call) = await keys.BeginAsync(http, caller, fields.Body, cancellation);
        using (call)
        {
            error ??= await ads.AddAsync(fields, call!, caller, origin, cancellation);
            return error is null ? TypedResults.Created((string?)null, new AdCreated("Ad created successfully", call!.ObjectId)) : error;
        }
    }

    /// <summary>What is checked before the performer is looked up.</summary>
    private static (ApiError? Error, AdFields? Fields) ReadNew(JsonElement body)
    {
        var fields = new AdFields(body, IsNew: true);
        var complete = fields is { AdName: not null, PerformerEmail: not null, AdDetails: not null }
            && !FieldRules.IsBlankText(fields.AdName) && !FieldRules.IsBlankText(fields.PerformerEmail);
        if (!complete)
        {
            return (ApiError.BadRequest("Missing required fields (adName, performerEmail, adDetails)"), null);
        }

        return FieldRules.Fault(fields.PerformerEmail, "performerEmail", EmailAddress.MaxLength) is { } fault
            ? (ApiError.BadRequest(fault), null)
            : (null, fields);
    }

    private static async Task<Results<Ok<AdResponse>, ApiError>> FindAsync(
        string id, HttpContext http, Caller caller, ICatalogStore store, CancellationToken cancellation)
    {
        if (await store.FindAdAsync(id, cancellation) is not { } ad || !caller.Sees(ad.PerformerId))
        {
            return CatalogErrors.AdNotFound;
        }

        var performer = await store.FindPerformerAsync(ad.PerformerId, cancellation);
        EntityTag.Show(http, ad.Version, performer?.Version ?? 0);
        return TypedResults.Ok(AdResponse.Of(ad, performer));
    }

    private static Task<IResult> ListAsync(
        [AsParameters] AdListRequest request, Caller caller, ICatalogStore store, CatalogRefresher catalog, TimeProvider clock, CancellationToken cancellation) =>
        request.IsSearch
            ? Task.FromResult(Find(request, caller, catalog.Current, clock.Now()))
            : ListAllAsync(request, caller, store, cancellation);

    private static IResult Find(AdListRequest request, Caller caller, CatalogSnapshot catalog, DateTimeOffset now) =>
        AdSearch.TryFind(request, caller, catalog, now, out var page) is { } error ? error : TypedResults.Ok(page);

    private static Task<IResult> ListAllAsync(AdListRequest request, Caller caller, ICatalogStore store, CancellationToken cancellation) =>
        new CatalogList<Ad, AdResponse>(
            (after, most, token) => caller.PerformerId is { } own
                ? store.ListAdsOfAsync(own, after, most, token)
                : store.ListAdsAsync(after, most, token),
            ad => new ListPlace(ad.CreatedAt, ad.Id),
            (ads, token) => JoinAsync(ads, store, token))
        .AnswerAsync(request.Limit, request.Cursor, cancellation);

    /// <summary>Puts ads beside their performers; each performer is read once a page.</summary>
    private static async Task<IReadOnlyList<AdResponse>> JoinAsync(IReadOnlyList<Ad> ads, ICatalogStore store, CancellationToken cancellation)
    {
        var performers = new Dictionary<string, Performer?>();
        foreach (var id in ads.Select(ad => ad.PerformerId).Distinct())
        {
            performers[id] = await store.FindPerformerAsync(id, cancellation);
        }

        return [.. ads.Select(ad => AdResponse.Of(ad, performers[ad.PerformerId]))];
    }

    private static async Task<Results<Ok<Done>, ApiError>> UpdateAsync(
        string id, HttpRequest http, Caller caller, AdChanges changes, AuditOrigin origin, CancellationToken cancellation)
    {
        var (error, fields) = await JsonBody.ReadAsync(http, ReadChange);
        if (fields is null)
        {
            return error!;
        }

        error = await changes.ReplaceAsync(
            id, origin, before => Refuse(before, http, caller) is { } refused ? (refused, null) : AdRequest.Make(fields, before), cancellation);
        return error is null ? TypedResults.Ok(new Done("Ad updated")) : error;
    }

    /// <summary>Why this caller may not change this version of an ad, if he may not.</summary>
    private static ApiError? Refuse(Ad ad, HttpRequest http, Caller caller) =>
        !caller.Sees(ad.PerformerId) ? CatalogErrors.AdNotFound : EntityTag.Admits(http, ad.Version) ? null : EntityTag.Stale;

    /// <summary>What is checked before the ad is looked up: the format of every field that is given.</summary>
    private static (ApiError? Error, AdFields? Fields) ReadChange(JsonElement body)
    {
        var fields = new AdFields(body, IsNew: false);
        if (body.ValueKind != JsonValueKind.Object || fields.AdDetails is not (null or { ValueKind: JsonValueKind.Object }))
        {
            return (ApiError.BadRequest("Invalid update data"), null);
        }

        return AdValidator.Instance.FirstError(fields) is { } error ? (ApiError.BadRequest(error), null) : (null, fields);
    }

    private static async Task<Results<Ok<Done>, ApiError>> RemoveAsync(
        string id, HttpRequest http, Caller caller, AdChanges changes, AuditOrigin origin, CancellationToken cancellation)
    {
        var error = await changes.RemoveAsync(id, origin, ad => Refuse(ad, http, caller), cancellation);
        return error is null ? TypedResults.Ok(new Done("Ad and related data deleted successfully")) : error;
    }
}
