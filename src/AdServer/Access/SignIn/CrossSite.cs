using System.Net;
using AdServer.Common;

namespace AdServer.Access.SignIn;

/// <summary>
/// Whether a request that changes something may take its authority from a cookie: only from our own page, or from a program that is no browser. A
/// browser says so itself (<c>Sec-Fetch-Site</c>), or at least names the page's origin.
/// </summary>
internal static class CrossSite
{
    public static readonly ApiError Refused =
        new(StatusCodes.Status403Forbidden, "A page of another site sent this; a session is for this server's own pages");

    public static readonly ApiError ForeignName = new(
        StatusCodes.Status403Forbidden,
        "The server is open to this machine alone, and is asked for by another name; use localhost, or set Access:AllowOpenBeyondLoopback");

    /// <summary>Whether another site's page may have sent it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="publicUrl">Where people open the server in a browser.</param>
    /// <param name="origins">Origins of other pages that may.</param>
    public static bool Is(HttpRequest request, string? publicUrl, string[] origins)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return false;
        }

        if (request.Headers.Origin is [{ } sender] && origins.Contains(sender, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        return request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site ? site is not ["same-origin" or "none"] : !IsOwn(request, publicUrl);
    }

    /// <summary>
    /// Whether a request that came to this machine was meant for a name of somebody's: a page whose name was turned to point here (DNS rebinding) is
    /// of one site with the server for a browser. An address cannot be turned.
    /// </summary>
    public static bool IsNamed(HostString host) =>
        !host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && !host.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        && !IPAddress.TryParse(host.Host.Trim('[', ']'), out _);

    private static bool IsOwn(HttpRequest request, string? publicUrl) => request.Headers.Origin switch
    {
        [] => true,
        [var origin] => Uri.TryCreate(origin, UriKind.Absolute, out var page) && (IsHost(page, request.Host) || IsAt(page, publicUrl)),
        _ => false,
    };

    private static bool IsHost(Uri page, HostString host) => page.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase);

    /// <summary>A proxy may call the server by another name than people do.</summary>
    private static bool IsAt(Uri page, string? publicUrl) =>
        Uri.TryCreate(publicUrl, UriKind.Absolute, out var url)
        && page.GetLeftPart(UriPartial.Authority).Equals(url.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
