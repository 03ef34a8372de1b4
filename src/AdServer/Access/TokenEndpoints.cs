using System.Text.Json;
using System.Text.Json.Serialization;
using AdServer.Common;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Access;

/// <summary>The routes of tokens, for administrators.</summary>
internal static class TokenEndpoints
{
    private static readonly TimeSpan UsualGrace = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);

    private static readonly ApiError InvalidGrace = ApiError.BadRequest($"graceSeconds must be from 0 to {LongestGrace.TotalSeconds:0}");

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/tokens").WithTags("Tokens");
        tokens.MapGet(string.Empty, ListAsync).WithSummary("All tokens that have not ended, in order of creation, without their secrets");
        tokens.MapPost(string.Empty, CreateAsync).TakesIdempotencyKey().Accepts<TokenRequest>("application/json").Produces<TokenMade>(StatusCodes.Status201Created)
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary("Makes a token; the answer shows its secret, which is shown nowhere else");
        tokens.MapPost("/{id}/rotate", RotateAsync).TakesIdempotencyKey().Accepts<RotateRequest>("application/json").Produces<TokenMade>(StatusCodes.Status201Created)
            .ProducesError(StatusCodes.Status404NotFound).WithSummary("Makes a new token like this one, which goes on for a grace time");
        tokens.MapDelete("/{id}", RevokeAsync)
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary("Revokes a token, on every host within two seconds");
    }

    /// <summary>Asks the store: only there are the uses on other hosts. Those on this one may not be written yet.</summary>
    private static async Task<Ok<IEnumerable<TokenResponse>>> ListAsync(
        ITokenStore store, TokenDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Now();
        // One that changes meanwhile may be read twice.
        var tokens = new Dictionary<string, AccessToken>(StringComparer.Ordinal);
        await foreach (var token in store.ListLivingTokensAsync(now, cancellation))
        {
            tokens[token.Id] = token;
        }

        return TypedResults.Ok(tokens.Values.Where(token => token.Session is null && token.IsValid(now))
            .OrderBy(token => token.CreatedAt).ThenBy(token => token.Id, StringComparer.Ordinal)
            .Select(token => TokenResponse.Of(token, directory.LastUse(token.Id))));
    }

    private static async Task<Results<Created<TokenMade>, ApiError>> CreateAsync(
        HttpRequest http,
        Caller caller,
        TokenChanges changes,
        IdempotencyKeys keys,
        AuditOrigin origin,
        ITenants tenants,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        var (error, request) = await JsonBody.ReadAsync(http, TokenRequest.Read);
        if (request is null)
        {
            return error!;
        }

        if (request.ExpiresAt <= clock.Now())
        {
            return ApiError.BadRequest("expiresAt lies in the past");
        }

        if (request.PerformerId is { } performer && await tenants.FindAsync(performer, cancellation) is null)
        {
            return ApiError.NotFound("Performer not found");
        }

        (error, var call) = await keys.BeginAsync(http, caller, request, cancellation);
        using (call)
        {
            return call is null
                ? error!
                : await AnswerAsync(call, () => changes.AddAsync(call, secret => request.Make(call.ObjectId, secret, clock.Now()), origin, cancellation));
        }
    }

    private static async Task<Results<Created<TokenMade>, ApiError>> RotateAsync(
        string id, HttpRequest http, Caller caller, TokenChanges changes, IdempotencyKeys keys, AuditOrigin origin, CancellationToken cancellation)
    {
        var (error, grace) = !HasBody(http) ? (null, UsualGrace) : await JsonBody.ReadAsync(http, ReadGrace);
        if (error is not null)
        {
            return error;
        }

        (error, var call) = await keys.BeginAsync(http, caller, grace, cancellation);
        using (call)
        {
            return call is null ? error! : await AnswerAsync(call, () => changes.RotateAsync(id, call, grace, origin, cancellation));
        }
    }

    /// <summary>A token that was made when the request came before is named, and that is all: its secret is kept nowhere.</summary>
    private static async Task<Results<Created<TokenMade>, ApiError>> AnswerAsync(
        IdempotentCall call, Func<Task<(ApiError? Error, TokenMade? Made)>> makeAsync)
    {
        if (call.Answer is { ObjectId: var before })
        {
            return TokenChanges.MadeBefore(before);
        }

        var (error, made) = await makeAsync();
        if (made is null)
        {
            return error!;
        }

        await call.RememberAsync(new KeyAnswer(StatusCodes.Status201Created, made.Details.Id));
        return TypedResults.Created((string?)null, made);
    }

    private static async Task<Results<Ok<Done>, ApiError>> RevokeAsync(
        string id, TokenChanges changes, AuditOrigin origin, CancellationToken cancellation) =>
        await changes.RevokeAsync(id, origin, cancellation) is { } error ? error : TypedResults.Ok(new Done("Token revoked"));

    private static bool HasBody(HttpRequest http) =>
        http.ContentLength is not 0 && http.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static (ApiError? Error, TimeSpan Grace) ReadGrace(JsonElement body) => body.Member("graceSeconds") switch
    {
        null => (null, UsualGrace),
        { } value when ((JsonElement?)value).Number() is { } seconds && seconds >= 0 && seconds <= LongestGrace.TotalSeconds =>
            (null, TimeSpan.FromSeconds(seconds)),
        _ => (InvalidGrace, default),
    };
}

/// <summary>How long the old token goes on.</summary>
/// <param name="GraceSeconds" example="86400">Seconds, at most 30 days; a day if absent.</param>
internal sealed record RotateRequest(double? GraceSeconds);

/// <summary>A token that was made.</summary>
/// <param name="Token">The secret: kept nowhere, shown nowhere else.</param>
/// <param name="Details">What is kept of it.</param>
internal sealed record TokenMade(string Token, TokenResponse Details);

/// <summary>A token as it is listed.</summary>
/// <param name="Id">Its identity, which is no secret.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Role">Its role.</param>
/// <param name="PerformerId">The performer that it is bound to.</param>
/// <param name="Packages">The packages that it is bound to.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LastUsedAt">When it was used last, to about a minute.</param>
internal sealed record TokenResponse(
    [property: JsonPropertyName("_id")] string Id,
    string Name,
    string Role,
    string? PerformerId,
    IReadOnlyList<string>? Packages,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt)
{
    public static TokenResponse Of(AccessToken token, DateTimeOffset? used) => new(
        token.Id,
        token.Name,
        token.Role,
        token.PerformerId,
        token.Packages.Count == 0 ? null : token.Packages,
        TokenScopes.Names(token.ToCaller().May),
        token.CreatedAt,
        token.EndsAt,
        used > token.LastUsedAt || token.LastUsedAt is null ? used : token.LastUsedAt);
}
