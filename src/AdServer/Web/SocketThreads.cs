using System.Globalization;
using AdServer.Access;

namespace AdServer.Web;

/// <summary>
/// The SDK's requests are answered by the thread that reads their sockets. Handing each to the pool and back takes longer than choosing an ad, and more
/// than all the rest that is ours. Everything else goes on in the pool, so that no report, sign-in or large body keeps devices waiting; Kestrel calls this
/// unsafe because whoever blocks such a thread holds up all of its connections.
/// </summary>
internal static class SocketThreads
{
    /// <summary>Whether the runtime tells of a socket on the thread that found it ready. It is read when the first socket is opened.</summary>
    public const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>How many such threads there are.</summary>
    public const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    private const string Yes = "1";

    private static bool AreUsed => Environment.GetEnvironmentVariable(Inline) == Yes;

    /// <summary>
    /// Has this process read its sockets so, on as many threads as half of the processors: the others are for the store, the roll-up and everything
    /// else. To be called before the first socket is opened. Whoever sets these variables of the runtime himself has the last word.
    /// </summary>
    public static void Prefer()
    {
        // Other systems tell of sockets in other ways.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Inline) is null)
        {
            Environment.SetEnvironmentVariable(Inline, Yes);
            var threads = Environment.GetEnvironmentVariable(Count) ?? Math.Max(1, Environment.ProcessorCount / 2).ToString(CultureInfo.InvariantCulture);
            Environment.SetEnvironmentVariable(Count, threads);
        }
    }

    /// <summary>Has Kestrel go on where the runtime told it of a socket.</summary>
    public static void AnswerOnSocketThreads(this WebApplicationBuilder builder)
    {
        if (AreUsed)
        {
            builder.WebHost.UseSockets(options => options.UnsafePreferInlineScheduling = true);
        }
    }

    /// <summary>Lets every request but the SDK's go on in the pool. Behind the routing.</summary>
    public static void LeaveSocketThreads(this WebApplication app)
    {
        if (AreUsed)
        {
            app.UseMiddleware<OtherRequests>();
        }
    }

    /// <summary>Takes all requests but the SDK's off the thread that read them.</summary>
    internal sealed class OtherRequests(RequestDelegate next, RouteRules rules)
    {
        public Task InvokeAsync(HttpContext http) =>
            http.GetEndpoint() is RouteEndpoint endpoint && rules.Of(endpoint) is { Door: RouteDoor.AppKey } ? next(http) : ContinueAsync(http);

        private async Task ContinueAsync(HttpContext http)
        {
            await Task.Yield();
            await next(http);
        }
    }
}
