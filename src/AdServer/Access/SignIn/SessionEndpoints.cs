using System.Text.Json;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Access.SignIn;

/// <summary>The routes of sessions: signing in, who am I, signing out.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/sessions").WithTags("Sign-in");
        sessions.MapPost(string.Empty, BeginAsync).Accepts<SessionRequest>("application/json").Produces<SessionResponse>(StatusCodes.Status201Created)
            .ProducesError(StatusCodes.Status401Unauthorized).ProducesError(StatusCodes.Status403Forbidden)
            .ProducesError(StatusCodes.Status429TooManyRequests).ProducesError(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Signs in: the answer sets a cookie, which further requests carry instead of a token");
        sessions.MapGet("/current", Find).WithSummary("Who sends this, and what he may");
        sessions.MapDelete("/current", EndAsync).ProducesError(StatusCodes.Status404NotFound).WithSummary("Signs out, on every host within two seconds");
    }

    private static async Task<Results<Created<SessionResponse>, ApiError>> BeginAsync(
        HttpContext http, SignInCheck check, AccessSettings settings, CancellationToken cancellation)
    {
        // Else a page could sign its visitor in as somebody else.
        if (CrossSite.Is(http.Request, settings.PublicUrl, []))
        {
            return CrossSite.Refused;
        }

        var (error, request) = await JsonBody.ReadAsync(http.Request, SessionRequest.Read);
        if (request is null)
        {
            return error!;
        }

        (error, var begun) = await check.TryAsync(EmailAddress.Key(request.Email), request.Password, CallerNetwork.Of(http), cancellation);
        if (begun is not var (secret, session))
        {
            http.Response.Headers.WWWAuthenticate = error!.Status == StatusCodes.Status401Unauthorized ? "Bearer" : default;
            return error!;
        }

        SessionCookie.Write(http, secret);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, SessionResponse.Of(session));
    }

    private static Ok<SessionResponse> Find(HttpContext http, Caller caller, AccessSettings settings, TokenDirectory directory)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(
            settings.Mode == AccessMode.Open ? SessionResponse.Open
            : directory.FindSession(caller.TokenId) is { } session ? SessionResponse.Of(session)
            : SessionResponse.Of(directory.Valid.FirstOrDefault(token => token.Id == caller.TokenId), caller));
    }

    private static async Task<Results<Ok<Done>, ApiError>> EndAsync(
        HttpContext http, Sessions sessions, TokenDirectory directory, CancellationToken cancellation)
    {
        // In open access nobody was asked for a session; there may be one nevertheless.
        var caller = SessionCookie.Read(http.Request) is { } secret ? directory.Find(secret, isSession: true) : null;
        if (directory.FindSession(caller?.TokenId) is not { } session)
        {
            return ApiError.NotFound("There is no session: this is a token, or nothing");
        }

        await sessions.EndAsync(session, cancellation);
        SessionCookie.Delete(http);
        return TypedResults.Ok(new Done("Signed out"));
    }
}

/// <summary>Whoever signs in.</summary>
/// <param name="Email" example="ann@example.com">The e-mail address, in whatever case.</param>
/// <param name="Password" example="correct horse battery">The password.</param>
internal sealed record SessionRequest(string Email, string Password)
{
    public static (ApiError? Error, SessionRequest? Request) Read(JsonElement body)
    {
        if (body.Member("password").Text() is not { Length: > 0 } password)
        {
            return (ApiError.BadRequest("Missing email or password"), null);
        }

        // No password of anybody is longer.
        if (password.Length > Passwords.MaxLength)
        {
            return (ApiError.BadRequest(Passwords.Fault(password)!), null);
        }

        var (error, email) = ContactRequest.ReadEmail(body, "Missing email or password");
        return email is null ? (error, null) : (null, new SessionRequest(email, password));
    }
}

/// <summary>Who is signed in, and what he may. The secret is in the cookie alone.</summary>
/// <param name="Mode"><c>tokens</c>, or <c>open</c> where everybody may do everything.</param>
/// <param name="Name">The person's name, or the token's.</param>
/// <param name="Role">The role.</param>
/// <param name="DeveloperId">The developer that is signed in.</param>
/// <param name="PerformerId">The performer that is signed in, or that the token is bound to.</param>
/// <param name="Permissions">What he may do.</param>
/// <param name="ExpiresAt">When it ends if it is not used again.</param>
/// <param name="EndsAt">When it ends at the latest.</param>
internal sealed record SessionResponse(
    AccessMode Mode,
    string Name,
    string? Role,
    string? DeveloperId,
    string? PerformerId,
    IReadOnlyList<string> Permissions,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? EndsAt)
{
    /// <summary>Everybody, where access is open.</summary>
    public static SessionResponse Open { get; } =
        new(AccessMode.Open, Caller.Everybody.Name, null, null, null, TokenScopes.Names(Caller.Everybody.May), null, null);

    public static SessionResponse Of(AccessToken session) => Of(session, session.ToCaller());

    public static SessionResponse Of(AccessToken? token, Caller caller) => new(
        AccessMode.Tokens,
        caller.Name,
        token?.Role,
        caller.Subject is { Kind: SubjectKind.Developer } developer ? developer.Id : null,
        caller.PerformerId,
        TokenScopes.Names(caller.May),
        token?.EndsAt,
        token?.ExpiresAt);
}
