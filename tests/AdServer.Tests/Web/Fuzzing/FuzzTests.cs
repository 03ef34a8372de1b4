using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdServer.Tests.Web.Fuzzing;

/// <summary>Tests that run when no other does: they measure the memory of the process.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// A real host under a flood of generated requests: none is answered 5xx or with the inside of the program, nothing is logged as a failure,
/// nothing grows, and what was counted adds up afterwards. <c>ADSERVER_FUZZ_SEED</c> repeats a run, <c>ADSERVER_FUZZ_REQUESTS</c> makes it longer.
/// </summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Connections = 4;
    private const int UsualRequests = 200_000;

    /// <summary>Megabytes of the managed heap that a quarter and all of the requests may differ by: things that requests add are that many.</summary>
    private const long MostGrowth = 32;

    private static readonly string[] Emails = ["ann@example.com", "bob@example.com"];
    private static readonly string[] Packages = ["com.example.*"];

    /// <summary>Where a caller believes to be.</summary>
    private static readonly Uri Here = new("http://localhost/somewhere/");

    private readonly ConcurrentQueue<string> faults = new();
    private readonly ConcurrentDictionary<int, int> statuses = new();

    [Fact]
    public async Task No_request_makes_the_server_fail_or_grow()
    {
        var seed = Read("ADSERVER_FUZZ_SEED") ?? Random.Shared.Next();
        var most = Read("ADSERVER_FUZZ_REQUESTS") ?? UsualRequests;
        output.WriteLine($"Seed {seed}, {most} requests");
        await using var host = await AdServerHost.StartAsync(
            new()
            {
                ["Access:Mode"] = "Tokens",
                ["Access:BootstrapToken"] = Access.ClosedHost.Root,
                ["Access:RateLimits"] = "false",
                ["Serving:MaxPackages"] = "500",
                // What the framework says of each request would be kept, too.
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
            },
            realTime: true);
        var closed = new Access.ClosedHost(host);
        var requests = await MakeRequestsAsync(seed, closed);

        await SendAsync(host, requests, 0, most / 4);
        var early = GC.GetTotalMemory(forceFullCollection: true) >> 20;
        await SendAsync(host, requests, most / 4, most);
        var late = GC.GetTotalMemory(forceFullCollection: true) >> 20;

        output.WriteLine($"{string.Join(", ", statuses.OrderBy(one => one.Key).Select(one => $"{one.Key}: {one.Value}"))}; heap {early} -> {late} MB");
        Assert.True(faults.IsEmpty, $"Seed {seed}:\n{string.Join('\n', faults.Take(5))}");
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Error);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Message.Any(char.IsControl));
        Assert.InRange(late - early, -1000, MostGrowth);
        Assert.Equal(200, (await host.GetAsync("/health/ready")).Status);
        Assert.True((await closed.GetAsync(Access.ClosedHost.Root, $"/stats/verify?from={Day(-1)}&to={Day(0)}")).Has(200).Json.GetProperty("ok").GetBoolean());
        // Requests of every kind came through, or this proved little.
        Assert.All([200, 201, 400, 401, 403, 404, 405, 409, 412, 413, 415], status => Assert.Contains(status, statuses.Keys));
    }

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Day(int from) => DateTimeOffset.UtcNow.AddDays(from).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<Requests> MakeRequestsAsync(int seed, Access.ClosedHost closed)
    {
        var ids = new List<string>();
        foreach (var email in Emails)
        {
            ids.Add(await closed.AddPerformerAsync(email));
            ids.Add(await closed.AddAdAsync(email));
        }

        string[] tokens =
        [
            .. Enumerable.Repeat(Access.ClosedHost.Root, 6),
            await closed.MakeTokenAsync("advertiser", new { performerId = ids[0] }),
            await closed.MakeTokenAsync("analyst"),
            await closed.MakeTokenAsync("app", new { packages = Packages }),
        ];
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(HouseRulesTests.Source, "openapi.json")));
        var routes =
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            select new FuzzedRoute(operation.Name.ToUpperInvariant(), path.Name, ParametersOf(operation.Value));
        return new Requests(seed, [.. routes, new FuzzedRoute("GET", "/metrics", []), new FuzzedRoute("GET", "/swagger/{x}", [])], ids, tokens);
    }

    private static List<string> ParametersOf(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ? [.. parameters.EnumerateArray().Where(one => one.GetProperty("in").GetString() == "query").Select(one => one.GetProperty("name").GetString()!)]
            : [];

    private async Task SendAsync(AdServerHost host, Requests requests, int from, int to)
    {
        var next = from - 1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var connection = new RawConnection(host.Client.BaseAddress!);
            while (Interlocked.Increment(ref next) is var number && number < to && faults.IsEmpty)
            {
                var request = requests.Make(number);
                var answer = await connection.SendAsync(request, TestContext.Current.CancellationToken);
                statuses.AddOrUpdate(answer?.Status ?? 0, 1, (_, count) => count + 1);
                if (answer is not null && FaultOf(answer) is { } fault)
                {
                    faults.Enqueue($"Request {number}: {fault}: {answer.Status} {answer.Body}\n{Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(request.Length, 2000)))}");
                }
            }
        })));
    }

    /// <summary>What is wrong with an answer, if anything is.</summary>
    private static string? FaultOf(RawAnswer answer) => answer switch
    {
        { Status: >= 500 } => "a failure",
        { Status: >= 300 and < 400 } when new Uri(Here, answer.Headers["Location"]).Host != Here.Host => "a redirect to elsewhere",
        _ when answer.Headers.ContainsKey("X-Injected") => "a header of the caller's own",
        { Status: 404, Body: "{\"exists\":false}" } => null,
        { Status: >= 400, Body.Length: > 0 } when answer.Headers.GetValueOrDefault("Content-Type") != "application/problem+json" => "no problem document",
        _ when answer.Body.Contains("   at ", StringComparison.Ordinal) || answer.Body.Contains("Exception", StringComparison.Ordinal) => "the inside of the program",
        _ => null,
    };
}
