using AdServer.Access;
using Microsoft.Net.Http.Headers;

namespace AdServer.Web;

/// <summary>
/// Tells browsers what not to do with an answer (OWASP's HTTP Headers Cheat Sheet). Not on the SDK's routes: no browser asks for those, and
/// each header is bytes to a telephone. <c>Strict-Transport-Security</c> is for the proxy that ends TLS.
/// </summary>
internal sealed class SafetyHeaders(RequestDelegate next, RouteRules rules)
{
    /// <summary>What is data is never a page: nothing in it runs, and nobody frames it.</summary>
    public const string PolicyOfData = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>
    /// The API's page: its scripts and styles come from here alone, but for the styles that Swagger UI writes into the page, and the pictures
    /// that its styles hold.
    /// </summary>
    public const string PolicyOfApiPage =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>
    /// The page: nothing in it comes from elsewhere but the videos of ads, which are wherever their performers keep them, and nothing is written into it
    /// that runs or looks differently.
    /// </summary>
    public const string PolicyOfPage =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src http: https:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not RouteEndpoint endpoint || rules.Of(endpoint) is not { Door: RouteDoor.AppKey })
        {
            Write(http);
        }

        return next(http);
    }

    /// <summary>Clears an answer that a failure takes the place of, but not these.</summary>
    public static void Clear(HttpContext http)
    {
        var isForBrowsers = http.Response.Headers.ContentSecurityPolicy.Count > 0;
        http.Response.Clear();
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (isForBrowsers)
        {
            Write(http);
        }
    }

    /// <summary>Writes all of them.</summary>
    public static void Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = PolicyOf(http.Request.Path);
        headers[HeaderNames.CacheControl] = "no-store";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Referrer-Policy"] = "no-referrer";
    }

    private static string PolicyOf(PathString path) =>
        path.StartsWithSegments(OpenApi.Root) ? PolicyOfApiPage : PageEndpoints.Has(path) ? PolicyOfPage : PolicyOfData;
}
