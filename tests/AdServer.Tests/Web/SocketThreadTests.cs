using System.Buffers;
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

    [Theory]
    [InlineData(100, true)]
    [InlineData(4000, false)]
    public async Task Only_a_small_body_is_parsed_by_whoever_brings_the_rest(int length, bool stays)
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var context = new DefaultHttpContext { Request = { ContentType = "application/json" } };
        context.Features.Set<IRequestBodyPipeFeature>(new Body(pipe.Reader));
        await pipe.Writer.WriteAsync(new byte[length / 2], TestContext.Current.CancellationToken);

        var answers = await OnThreadOfItsOwnAsync<bool>(() =>
        {
            var stayed = IsAsync(JsonBody.ReadAsync(context.Request, length, _ => Environment.CurrentManagedThreadId).AsTask(), Environment.CurrentManagedThreadId);
            pipe.Writer.Write(new byte[length / 2]);
            pipe.Writer.Complete();
            return [stayed];
        });

        Assert.Equal(stays, Assert.Single(answers));

        static async Task<bool> IsAsync(Task<(ApiError? Error, int Value)> reading, int own) => (await reading).Value == own;
    }

    [Theory]
    [InlineData("a", SocketThreads.Turns.MostInRow - 1, 0)]
    [InlineData("a", SocketThreads.Turns.MostInRow, 1)]
    [InlineData("ab", SocketThreads.Turns.MostInRow, 0)]
    public async Task No_connection_keeps_the_thread_for_itself(string connections, int each, int expected)
    {
        var (elsewhere, own) = (0, 0);
        var turns = new SocketThreads.Turns(_ =>
        {
            elsewhere += Environment.CurrentManagedThreadId == own ? 0 : 1;
            return Task.CompletedTask;
        });

        await OnThreadOfItsOwnAsync<bool>(() =>
        {
            own = Environment.CurrentManagedThreadId;
            return [ServeAsync()];
        });

        Assert.Equal(expected, elsewhere);

        async Task<bool> ServeAsync()
        {
            for (var request = 0; request < each * connections.Length; request++)
            {
                var http = new DefaultHttpContext();
                http.Connection.Id = connections[request % connections.Length].ToString();
                await turns.InvokeAsync(http);
            }

            return true;
        }
    }

    [Fact]
    public async Task Whoever_waited_for_room_to_write_goes_on_in_the_pool_and_who_did_not_wait_stays()
    {
        var pipe = new Pipe(new PipeOptions(writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 10, resumeWriterThreshold: 5, useSynchronizationContext: false));
        var writer = new SocketThreads.PatientWriter(pipe.Writer);

        var stayed = await OnThreadOfItsOwnAsync<bool>(() =>
        {
            var first = WriteAsync(5);
            var second = WriteAsync(10);
            pipe.Reader.TryRead(out var read);
            pipe.Reader.AdvanceTo(read.Buffer.End);
            return [first, second];
        });

        Assert.Equal([true, false], stayed.ToList());

        async Task<bool> WriteAsync(int length)
        {
            var own = Environment.CurrentManagedThreadId;
            await writer.WriteAsync(new byte[length]);
            return Environment.CurrentManagedThreadId == own;
        }
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
