using System.Globalization;
using System.IO.Pipelines;
using System.Text.RegularExpressions;
using AdServer.Access;
using AdServer.Common;
using AdServer.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>Which requests the threads that read the sockets answer themselves.</summary>
public sealed partial class SocketThreadTests
{
    private static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0"];

    [Fact]
    public async Task The_sdks_requests_stay_where_they_were_read_and_all_others_go_on_in_the_pool()
    {
        await using var host = await AdServerHost.StartAsync();
        var routes = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        var stay = await OnThreadOfItsOwnAsync<bool>(() => routes.ConvertAll(route => StaysAsync(host, route)));

        Assert.Equal(["/ad_event", "/ad_events", "/ads/random"], routes.Zip(stay).Where(one => one.Second).Select(one => RouteRules.PatternOf(one.First)).Order(StringComparer.Ordinal));
        Assert.False(Assert.Single(await OnThreadOfItsOwnAsync<bool>(() => [StaysAsync(host, endpoint: null)])));
    }

    [Fact]
    public async Task A_body_that_had_to_be_waited_for_is_not_parsed_by_whoever_brings_the_rest()
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var context = new DefaultHttpContext { Request = { ContentType = "application/json" } };
        context.Features.Set<IRequestBodyPipeFeature>(new Body(pipe.Reader));
        await pipe.Writer.WriteAsync("[1,"u8.ToArray(), TestContext.Current.CancellationToken);

        var parser = await OnThreadOfItsOwnAsync<string>(() =>
        {
            var reading = JsonBody.ReadAsync(context.Request, 100, _ => Environment.CurrentManagedThreadId);
            pipe.Writer.WriteAsync("2]"u8.ToArray()).AsTask().Wait();
            pipe.Writer.Complete();
            return [ParserAsync(reading, Environment.CurrentManagedThreadId)];
        });

        Assert.Equal("another", Assert.Single(parser));

        static async Task<string> ParserAsync(ValueTask<(ApiError? Error, int Value)> reading, int own) => (await reading).Value == own ? "the same" : "another";
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task There_are_half_as_many_as_processors_unless_the_environment_says_otherwise(int? asked)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere sockets are told of in other ways");
        await using var server = new ServerProcess(AnyPort, asked is { } count ? [$"{SocketThreads.Count}={count}"] : []);
        await server.ReadUntilAsync("Health page");

        var threads = Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{server.Id}/task"))
            .Count(thread => File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(".NET Sockets", StringComparison.Ordinal));

        Assert.Equal(asked ?? Math.Max(1, Environment.ProcessorCount / 2), threads);
    }

    [Fact]
    public async Task Whoever_does_not_want_it_has_the_pool_answer_everything()
    {
        await using var server = new ServerProcess(AnyPort, $"{SocketThreads.Inline}=0");
        var health = (await server.ReadUntilAsync("Health page"))[^1];
        using var client = new HttpClient { BaseAddress = new(Address().Match(health).Value) };

        var answer = await client.GetAsync("/ads/random?packageName=com.example.app", TestContext.Current.CancellationToken);

        Assert.Equal(204, (int)answer.StatusCode);
    }

    [GeneratedRegex("http://127[0-9.:]+")]
    private static partial Regex Address();

    /// <summary>Whether a request goes on before the thread that brought it can do anything else.</summary>
    private static async Task<bool> StaysAsync(AdServerHost host, Endpoint? endpoint)
    {
        var (own, other) = (Environment.CurrentManagedThreadId, 0);
        var context = new DefaultHttpContext();
        context.SetEndpoint(endpoint);
        var middleware = new SocketThreads.OtherRequests(
            _ =>
            {
                other = Environment.CurrentManagedThreadId;
                return Task.CompletedTask;
            },
            host.Get<RouteRules>());
        await middleware.InvokeAsync(context);
        return own == other;
    }

    /// <summary>Starts work on a thread that is not the pool's, and has no context to go back to.</summary>
    private static Task<T[]> OnThreadOfItsOwnAsync<T>(Func<IEnumerable<Task<T>>> work) => Task.Factory.StartNew(
        () => Task.WhenAll(work()), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
