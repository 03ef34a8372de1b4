using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AdServer.Tests.Commands;

/// <summary>A call that reached the fake server.</summary>
internal sealed record Call(string Method, string Path, string? ContentType, string Body, string? Connection);

/// <summary>A small server on a free port that answers as a test wants and remembers each call.</summary>
internal sealed class FakeAdServer : IAsyncDisposable
{
    public const string Ad =
        """{"_id":"ad-1","name":"n","performerName":"p","performerEmail":"e","adDetails":{"videoUrl":"v","targetUrl":"t","budget":"low","skipTime":"5","exitTime":10.0}}""";

    private readonly WebApplication app;

    private FakeAdServer(WebApplication app) => this.app = app;

    public ConcurrentQueue<Call> Calls { get; } = [];

    public IEnumerable<Call> Requests => Calls.Where(call => call.Method == "GET");

    public IEnumerable<Call> Events => Calls.Where(call => call.Method == "POST");

    public Uri Url { get; private set; } = new("http://localhost");

    /// <summary>Starts a server; the answers take the number of the call, from 1.</summary>
    public static async Task<FakeAdServer> StartAsync(
        Func<int, (int Status, string Body)> toRequest, Func<int, int> toEvent, int ready = 200)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeAdServer(builder.Build());
        var (requests, events) = (0, 0);
        server.app.MapGet("/health/ready", () => Results.StatusCode(ready));
        server.app.MapGet("/ads/random", context =>
        {
            var (status, body) = toRequest(Interlocked.Increment(ref requests));
            return server.AnswerAsync(context, status, body);
        });
        server.app.MapPost("/ad_event", context => server.AnswerAsync(context, toEvent(Interlocked.Increment(ref events)), "{}"));
        await server.app.StartAsync();
        server.Url = new Uri(server.app.Urls.Single() + "/");
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, int status, string body)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = context.Request;
        Calls.Enqueue(new Call(
            request.Method, request.Path + request.QueryString, request.Headers.ContentType, await reader.ReadToEndAsync(), request.Headers.Connection));
        if (status == 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        if (status != 204)
        {
            await context.Response.WriteAsync(body);
        }
    }
}
