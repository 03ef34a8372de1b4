using System.Text.Json;
using System.Text.Json.Serialization;
using AdServer.Common;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Access;

/// <summary>The routes of tokens, for administrators.</summary>
internal static class TokenEndpoints
{
    /// <summary>The most tokens that have not ended: all are in memory.</summary>
    private const int MostTokens = 10_000;

    private static readonly TimeSpan UsualGrace = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);

    private static readonly ApiError NotFound = ApiError.NotFound("Token not found");
    private static readonly ApiError TooMany = ApiError.Conflict($"There are {MostTokens} tokens already; revoke some");
    private static readonly ApiError Last = ApiError.Conflict("This is the last token that can make others; make another one first");
    private static readonly ApiError InvalidGrace = ApiError.BadRequest($"graceSeconds must be from 0 to {LongestGrace.TotalSeconds:0}");

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/tokens").WithTags("Tokens");
        tokens.MapGet(string.Empty, List).WithSummary("All tokens that have not ended, in order of creation, without their secrets");
        tokens.MapPost(string.Empty, CreateAsync).Accepts<TokenRequest>("application/json").Produces<TokenMade>(StatusCodes.Status201Created)
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary("Makes a token; the answer shows its secret, which is shown nowhere else");
        tokens.MapPost("/{id}/rotate", RotateAsync).Accepts<RotateRequest>("application/json").Produces<TokenMade>(StatusCodes.Status201Created)
            .ProducesError(StatusCodes.Status404NotFound).WithSummary("Makes a new token like this one, which goes on for a grace time");
        tokens.MapDelete("/{id}", RevokeAsync)
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status409Conflict)
            .WithSummary("Revokes a token, on every host within two seconds");
    }

    private static Ok<IEnumerable<TokenResponse>> List(TokenDirectory directory) =>
        TypedResults.Ok(directory.Valid.OrderBy(token => token.CreatedAt).ThenBy(token => token.Id, StringComparer.Ordinal)
            .Select(token => TokenResponse.Of(token, directory.LastUse(token.Id))));

    private static async Task<Results<Created<TokenMade>, ApiError>> CreateAsync(
        HttpRequest http, ITokenStore store, TokenDirectory directory, ITenants tenants, TimeProvider clock, CancellationToken cancellation)
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

        if (request.PerformerId is { } performer && !await tenants.ExistsAsync(performer, cancellation))
        {
            return ApiError.NotFound("Performer not found");
        }

        return await AddAsync((id, secret, now) => request.Make(id, secret, now), store, directory, clock, cancellation) is { } made
            ? TypedResults.Created((string?)null, made)
            : TooMany;
    }

    private static async Task<Results<Created<TokenMade>, ApiError>> RotateAsync(
        string id, HttpRequest http, ITokenStore store, TokenDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var (error, grace) = !HasBody(http) ? (null, UsualGrace) : await JsonBody.ReadAsync(http, ReadGrace);
        if (error is not null)
        {
            return error;
        }

        if (directory.Valid.FirstOrDefault(token => token.Id == id) is not { } old)
        {
            return NotFound;
        }

        var made = await AddAsync(
            (newId, secret, now) => old with { Id = newId, Hash = TokenSecret.Hash(secret), CreatedAt = now, LastUsedAt = null },
            store,
            directory,
            clock,
            cancellation);
        if (made is null)
        {
            return TooMany;
        }

        // The new one is there first: whoever is answered nothing still has the old one.
        var end = clock.Now() + grace;
        await store.ShortenTokenAsync(id, end, cancellation);
        directory.Take(old with { ExpiresAt = end });
        return TypedResults.Created((string?)null, made);
    }

    private static async Task<Results<Ok<Done>, ApiError>> RevokeAsync(
        string id, ITokenStore store, TokenDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var token = directory.Valid.FirstOrDefault(token => token.Id == id);
        if (token is not null && FirstToken.IsAdministrator(token) && !directory.Valid.Any(other => other.Id != id && FirstToken.IsAdministrator(other)))
        {
            return Last;
        }

        var now = clock.Now();
        if (!await store.RevokeTokenAsync(id, now, cancellation))
        {
            return NotFound;
        }

        if (token is not null)
        {
            directory.Take(token with { RevokedAt = now });
        }

        return TypedResults.Ok(new Done("Token revoked"));
    }

    private static async Task<TokenMade?> AddAsync(
        Func<string, string, DateTimeOffset, AccessToken> make, ITokenStore store, TokenDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        if (directory.Valid.Count() >= MostTokens)
        {
            return null;
        }

        var (now, secret) = (clock.Now(), TokenSecret.New());
        var token = make(Ids.New(now), secret, now);
        if (!await store.AddTokenAsync(token, cancellation))
        {
            throw new InvalidOperationException("A random token was taken, which does not happen");
        }

        directory.Take(token);
        return new TokenMade(secret, TokenResponse.Of(token, null));
    }

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
        token.ExpiresAt,
        used ?? token.LastUsedAt);
}
