using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AdServer.Web;

/// <summary>The most that one request may ask of the server before any of our code sees it. Connections are as many as the process may have files open.</summary>
internal static class HttpLimits
{
    /// <summary>The bytes of the largest body that any route takes (4 MB) and a little, so that the route words the refusal.</summary>
    public const long Body = (4 << 20) + (64 << 10);

    /// <summary>The bytes of a request line: the longest URL is a few hundred.</summary>
    public const int RequestLine = 8 << 10;

    /// <summary>The bytes of all headers together: a browser's with its cookies are two or three thousand, and Kestrel keeps them for each connection.</summary>
    public const int Headers = 16 << 10;

    /// <summary>How many headers: a browser behind two proxies sends some thirty.</summary>
    public const int HeaderCount = 64;

    /// <summary>Bytes a second that a body must arrive with on average, after the grace: whoever is slower would only hold memory.</summary>
    public const double BodyRate = 4 << 10;

    /// <summary>What an event needs on the slowest phone, many times over.</summary>
    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(15);

    /// <summary>Whoever takes longer holds a connection for nothing (slow loris).</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long an idle connection is kept: the SDK's phones open new ones, proxies ask again well within it.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(2);

    public static void Apply(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = Body;
        options.Limits.MaxRequestLineSize = RequestLine;
        options.Limits.MaxRequestHeadersTotalSize = Headers;
        options.Limits.MaxRequestHeaderCount = HeaderCount;
        options.Limits.RequestHeadersTimeout = HeadersTimeout;
        options.Limits.KeepAliveTimeout = KeepAlive;
        options.Limits.MinRequestBodyDataRate = new MinDataRate(BodyRate, BodyGrace);
    }
}
