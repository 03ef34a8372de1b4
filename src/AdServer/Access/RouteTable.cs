using System.Collections.Frozen;

namespace AdServer.Access;

/// <summary>
/// Who may call what: one line a route. A route that is not here is nobody's, and a test fails. What of a performer's or an app's somebody may
/// see is asked in the handlers (<see cref="Caller.Sees"/>, <see cref="Caller.ActsFor"/>).
/// </summary>
internal static class RouteTable
{
    private static readonly RouteRule[] Rules =
    [
        Open("GET", "/"),
        Open("GET", "/sign-in"),
        Open("GET", "/assets/{name}"),
        Open("GET", "/health/live"),
        Open("GET", "/health/ready"),

        // Whoever signs in has nothing to show yet.
        SignIn("POST", "/sessions"),
        SignIn("POST", "/sign-in/reset"),
        SignIn("POST", "/sign-in/password"),
        new("GET", "/sessions/current", Permissions.None),
        new("DELETE", "/sessions/current", Permissions.None),

        // The SDK has no key to send: these ask for one only with Access:RequireAppKey.
        Sdk("GET", "/ads/random", Permissions.Serve, RateClass.Serving),
        Sdk("POST", "/ad_event", Permissions.Report, RateClass.Events),
        Sdk("POST", "/ad_events", Permissions.Report, RateClass.Events),

        new("GET", "/ads", Permissions.ReadAds),
        new("GET", "/ads/{id}", Permissions.ReadAds),
        new("GET", "/ads/{id}/explain", Permissions.ReadAds),
        new("POST", "/ads", Permissions.WriteAds),
        new("PUT", "/ads/{id}", Permissions.WriteAds),
        new("DELETE", "/ads/{id}", Permissions.WriteAds),

        new("GET", "/performers", Permissions.ReadPerformers),
        new("GET", "/performers/{id}", Permissions.ReadPerformers),
        new("PUT", "/performers/{id}", Permissions.WritePerformers),
        new("POST", "/performers", Permissions.AdmitPerformers),
        new("DELETE", "/performers/{id}", Permissions.AdmitPerformers),
        new("POST", "/performers/check-email", Permissions.AdmitPerformers),

        new("GET", "/stats", Permissions.ReadStats),
        new("GET", "/ads/{id}/stats", Permissions.ReadStats),
        new("GET", "/ads/{id}/stats/daily", Permissions.ReadStats),
        new("GET", "/performers/{id}/stats", Permissions.ReadStats),
        new("GET", "/performers/{id}/stats/daily", Permissions.ReadStats),

        new("GET", "/stats/verify", Permissions.KeepLedger),
        new("POST", "/stats/rebuild", Permissions.KeepLedger),
        new("POST", "/stats/rerate", Permissions.KeepLedger),
        new("DELETE", "/devices/{deviceId}", Permissions.ForgetDevices),

        new("GET", "/developers", Permissions.ManageAccess),
        new("POST", "/developers", Permissions.ManageAccess),
        new("POST", "/developers/login", Permissions.ManageAccess),
        new("DELETE", "/developers/{id}", Permissions.ManageAccess),
        new("POST", "/developers/{id}/invitation", Permissions.ManageAccess),
        new("POST", "/performers/{id}/invitation", Permissions.ManageAccess),

        new("GET", "/tokens", Permissions.ManageAccess),
        new("POST", "/tokens", Permissions.ManageAccess),
        new("DELETE", "/tokens/{id}", Permissions.ManageAccess),
        new("POST", "/tokens/{id}/rotate", Permissions.ManageAccess),

        new("GET", "/audit", Permissions.ReadAudit),

        new("GET", "/metrics", Permissions.Observe),
        new("GET", "/swagger/{documentName}/swagger.{extension}", Permissions.ReadDocument),
        new("GET", "/swagger/{**path}", Permissions.ReadDocument),
    ];

    private static readonly FrozenDictionary<(string Method, string Pattern), RouteRule> ByRoute =
        Rules.ToFrozenDictionary(rule => (rule.Method, rule.Pattern));

    /// <summary>All rules, in the order of the documentation.</summary>
    public static IReadOnlyList<RouteRule> All => Rules;

    public static RouteRule? Find(string method, string pattern) => ByRoute.GetValueOrDefault((method, pattern));

    private static RouteRule Open(string method, string pattern) => new(method, pattern, Permissions.None, RouteDoor.Open, RateClass.Free);

    private static RouteRule SignIn(string method, string pattern) => new(method, pattern, Permissions.None, RouteDoor.Open, RateClass.SignIn);

    private static RouteRule Sdk(string method, string pattern, Permissions needs, RateClass rate) => new(method, pattern, needs, RouteDoor.AppKey, rate);
}

/// <summary>What a route asks for.</summary>
/// <param name="Method">The HTTP method; HEAD is served as GET.</param>
/// <param name="Pattern">The route, as it is mapped.</param>
/// <param name="Needs">The permission that it takes.</param>
/// <param name="Door">Whom it asks at all.</param>
/// <param name="Rate">By which limit its requests are counted.</param>
internal sealed record RouteRule(
    string Method, string Pattern, Permissions Needs, RouteDoor Door = RouteDoor.Token, RateClass Rate = RateClass.Management)
{
    /// <summary>Whether a role may call it.</summary>
    public bool Admits(Permissions may) => Door == RouteDoor.Open || (may & Needs) == Needs;
}

/// <summary>Whom a route asks for a token.</summary>
internal enum RouteDoor
{
    /// <summary>Everybody but where access is open.</summary>
    Token,

    /// <summary>Everybody, if <c>Access:RequireAppKey</c> is on.</summary>
    AppKey,

    /// <summary>Nobody.</summary>
    Open,
}

/// <summary>Requests that are limited together.</summary>
internal enum RateClass
{
    /// <summary>Not limited: whoever watches the server must see it.</summary>
    Free,

    /// <summary>Apps that ask for ads.</summary>
    Serving,

    /// <summary>Apps that report.</summary>
    Events,

    /// <summary>People and their programs.</summary>
    Management,

    /// <summary>Guesses at passwords.</summary>
    SignIn,
}
