using System.Globalization;
using System.IO.Pipelines;
using AdServer.Access;
using AdServer.Common;

namespace AdServer.Web;

/// <summary>
/// The SDK's requests are answered by the thread that reads their sockets. Handing each to the pool and back takes longer than choosing an ad, and more
/// than all the rest that is ours. Whoever blocks such a thread holds up all of its connections, which is why Kestrel calls this unsafe. So everything else goes
/// on in the pool: other requests, larger bodies, what goes on after an answer had to wait for the network, and now and then whoever keeps the thread for himself.
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

    /// <summary>Has Kestrel go on where the runtime told it of a socket, unless it had to wait until there was room for more of an answer.</summary>
    public static void AnswerOnSocketThreads(this WebApplicationBuilder builder)
    {
        if (!AreUsed)
        {
            return;
        }

        builder.WebHost.UseSockets(options => options.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(options => options.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection =>
        {
            connection.Transport = new Transport(connection.Transport.Input, new PatientWriter(connection.Transport.Output));
            return next(connection);
        })));
    }

    /// <summary>Keeps anybody from having such a thread for himself. Before all else.</summary>
    public static void ShareSocketThreads(this WebApplication app)
    {
        if (AreUsed)
        {
            app.UseMiddleware<Turns>();
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

    /// <summary>
    /// Takes a connection that had a thread for so many requests in a row to the pool. Who sends one after the other without waiting would be served in one go
    /// for as long as he likes, with nobody else on that thread.
    /// </summary>
    internal sealed class Turns(RequestDelegate next)
    {
        public const int MostInRow = 64;

        [ThreadStatic]
        private static string? last;

        [ThreadStatic]
        private static int inRow;

        public Task InvokeAsync(HttpContext http)
        {
            if (!SharedThread.IsCurrent || !IsTooMany(http.Connection.Id))
            {
                return next(http);
            }

            inRow = 0;
            return ContinueInPoolAsync(next, http);
        }

        private static bool IsTooMany(string connection)
        {
            inRow = connection == last ? inRow + 1 : 1;
            last = connection;
            return inRow == MostInRow;
        }
    }

    /// <summary>Takes all requests but the SDK's off the thread that read them.</summary>
    internal sealed class OtherRequests(RequestDelegate next, RouteRules rules)
    {
        public Task InvokeAsync(HttpContext http) =>
            !SharedThread.IsCurrent || (http.GetEndpoint() is RouteEndpoint endpoint && rules.Of(endpoint) is { Door: RouteDoor.AppKey })
                ? next(http)
                : ContinueInPoolAsync(next, http);
    }

    /// <summary>Writes to a connection. Who had to wait until it takes more goes on in the pool: the rest of a long answer is not the socket thread's.</summary>
    /// <param name="inner">The transport's.</param>
    internal sealed class PatientWriter(PipeWriter inner) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => InPool(inner.FlushAsync(cancellationToken));

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            InPool(inner.WriteAsync(source, cancellationToken));

        private static ValueTask<FlushResult> InPool(ValueTask<FlushResult> flush) => flush.IsCompleted ? flush : InPoolAsync(flush);

        private static async ValueTask<FlushResult> InPoolAsync(ValueTask<FlushResult> flush)
        {
            var result = await flush;
            if (SharedThread.IsCurrent)
            {
                await Task.Yield();
            }

            return result;
        }
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private static async Task ContinueInPoolAsync(RequestDelegate next, HttpContext http)
    {
        await Task.Yield();
        await next(http);
    }
}
