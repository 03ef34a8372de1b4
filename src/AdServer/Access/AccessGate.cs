using System.Collections.Concurrent;
using AdServer.Access.SignIn;
using AdServer.Common;

namespace AdServer.Access;

/// <summary>
/// Asks each request for what its route needs (<see cref="RouteTable"/>), and tells the handler who sends it: a token, or the cookie of
/// a session. The SDK's routes are passed by with one look into a table, and know no cookies.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, RouteRules rules, AccessSettings settings, TokenDirectory directory, TokenRefresher refresher)
{
    public const string AppKeyHeader = "X-App-Key";
    public const string AppKeyParameter = "key";

    public static readonly ApiError NotThisPackage = new(StatusCodes.Status403Forbidden, "The app key is for other packages");

    private static readonly ApiError NoToken = new(StatusCodes.Status401Unauthorized, "A token is needed: Authorization: Bearer <token>");
    private static readonly ApiError BadToken = new(StatusCodes.Status401Unauthorized, "The token is unknown, revoked or expired");
    private static readonly ApiError BadSession = new(StatusCodes.Status401Unauthorized, "The session has ended; sign in again");
    private static readonly ApiError NoKey = new(StatusCodes.Status401Unauthorized, "An app key is needed: header X-App-Key or parameter key");
    private static readonly ApiError BadKey = new(StatusCodes.Status401Unauthorized, "The app key is unknown, revoked or expired");
    private static readonly ApiError NotAllowed = new(StatusCodes.Status403Forbidden, "The token does not allow this");

    /// <summary>What answers a refusal, by route and answer: few of either.</summary>
    private readonly ConcurrentDictionary<(RouteEndpoint, ApiError), RouteEndpoint> refusals = new();

    public Task InvokeAsync(HttpContext http)
    {
        // What routing itself answers (404, 405, 415) is nobody's secret.
        if (http.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(http);
        }

        var rule = rules.Of(endpoint);
        var isOpen = rule?.Door switch
        {
            null or RouteDoor.Token => settings.Mode == AccessMode.Open,
            RouteDoor.AppKey => !settings.RequireAppKey,
            _ => true,
        };
        return isOpen ? PassOpen(http, rule) : CheckAsync(http, rule);
    }

    private Task PassOpen(HttpContext http, RouteRule? rule)
    {
        if (rule is { Door: RouteDoor.AppKey or RouteDoor.Open })
        {
            return next(http);
        }

        if (!settings.AllowOpenBeyondLoopback && CrossSite.IsNamed(http.Request.Host))
        {
            return Refuse(http, CrossSite.ForeignName);
        }

        http.Features.Set(Caller.Everybody);
        return IsForeign(http) ? Refuse(http, CrossSite.Refused) : next(http);
    }

    private Task CheckAsync(HttpContext http, RouteRule? rule)
    {
        var isForApp = rule?.Door == RouteDoor.AppKey;
        var secret = SecretOf(http.Request, isForApp);
        if (secret is null && !isForApp && SessionCookie.Read(http.Request) is { } session)
        {
            return CheckSessionAsync(http, rule, session);
        }

        if (secret is null || directory.Find(secret) is not { } caller)
        {
            var (none, bad) = isForApp ? (NoKey, BadKey) : (NoToken, BadToken);
            return Challenge(http, secret is null ? none : bad);
        }

        // A browser sends by itself what a proxy takes for its user's, and the proxy may add a token.
        return !isForApp && IsForeign(http) ? Refuse(http, CrossSite.Refused) : Admit(http, rule, caller);
    }

    /// <summary>
    /// Whether another site's page may have had a browser send it without asking first: a POST that is no JSON. Of what carries no cookie no more is
    /// asked: the portal's origin is not the server's (wire contract).
    /// </summary>
    private bool IsForeign(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) && !JsonBody.IsJson(http.Request.ContentType)
        && CrossSite.Is(http.Request, settings.PublicUrl, settings.Origins);

    /// <summary>A session that this host does not know may have begun on another one a moment ago.</summary>
    private async Task CheckSessionAsync(HttpContext http, RouteRule? rule, string secret)
    {
        var caller = directory.Find(secret, isSession: true);
        if (caller is null)
        {
            await refresher.HearAsync();
            caller = directory.Find(secret, isSession: true);
        }

        await (caller is null ? Challenge(http, BadSession)
            : CrossSite.Is(http.Request, settings.PublicUrl, []) ? Refuse(http, CrossSite.Refused)
            : Admit(http, rule, caller));
    }

    private Task Challenge(HttpContext http, ApiError error)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return Refuse(http, error);
    }

    /// <summary>Has the refusal answered in place of the route, behind the limits: whoever guesses is counted by address, as one who calls the route.</summary>
    private Task Refuse(HttpContext http, ApiError error)
    {
        http.SetEndpoint(refusals.GetOrAdd(((RouteEndpoint)http.GetEndpoint()!, error), static key => new RouteEndpoint(
            key.Item2.ExecuteAsync, key.Item1.RoutePattern, key.Item1.Order, key.Item1.Metadata, key.Item1.DisplayName)));
        return next(http);
    }

    private Task Admit(HttpContext http, RouteRule? rule, Caller caller)
    {
        if (rule is null || !rule.Admits(caller.May))
        {
            return Refuse(http, NotAllowed);
        }

        http.Features.Set(caller);
        return next(http);
    }

    private static string? SecretOf(HttpRequest request, bool isForApp)
    {
        if (isForApp && (request.Headers[AppKeyHeader], request.Query[AppKeyParameter]) is var (header, parameter))
        {
            var key = header is [{ Length: > 0 } sent] ? sent : parameter is [{ Length: > 0 } asked] ? asked : null;
            if (key is { Length: <= TokenSecret.MaxLength })
            {
                return key;
            }
        }

        return request.Headers.Authorization is [var authorization] ? TokenSecret.FromHeader(authorization) : null;
    }
}
