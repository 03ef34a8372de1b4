using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AdServer.Web;

/// <summary>The most that one request may ask of the server before any of our code sees it.</summary>
internal static class HttpLimits
{
    /// <summary>The bytes of the largest body that any route takes (4 MB) and a little, so that the route words the refusal.</summary>
    public const long Body = (4 << 20) + (64 << 10);

    /// <summary>The bytes of a request line: the longest URL is a few hundred.</summary>
    public const int RequestLine = 8 << 10;

    /// <summary>The bytes of all headers together.</summary>
    public const int Headers = 16 << 10;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    public static void Apply(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = Body;
        options.Limits.MaxRequestLineSize = RequestLine;
        options.Limits.MaxRequestHeadersTotalSize = Headers;
        options.Limits.RequestHeadersTimeout = HeadersTimeout;
    }
}
