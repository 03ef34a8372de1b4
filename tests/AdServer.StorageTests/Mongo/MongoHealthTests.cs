using System.Diagnostics;
using AdServer.StorageTests.Mongo.Wire;
using AdServer.Tests;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>An engine that begins to refuse while hosts serve: they go on, and the health page says what an operator has to do.</summary>
public sealed class MongoHealthTests : IAsyncLifetime
{
    private const string Writes = "insert update delete findAndModify";
    private readonly MongoEngine engine = new();
    private AdServerHost host = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync(new()
        {
            ["ConnectionStrings:MongoDb"] = engine.Uri,
            ["Storage:Deadline"] = "00:00:02",
            ["Storage:MaxSpoolBytes"] = "1000000",
        });
        await new Portal(host).SignUpAsync();
        adId = await new Portal(host).AddAdAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData(13, Writes, "Give the user the role readWrite on the database (error 13)")]
    [InlineData(14031, Writes, "has no room left on its disk. Make room there (error 14031)")]
    [InlineData(18, Writes + " find aggregate hello", "refuses the user name or the password")]
    [InlineData(10107, Writes, "why there is none")]
    [InlineData(4711, Writes, "(error 4711)")]
    public async Task What_the_engine_refuses_at_run_time_is_on_the_health_page_with_what_to_do(int code, string commands, string words)
    {
        using (engine.Faults.Every(commands, null, Fault.Answer(code)))
        {
            await new Sdk(host).ReportsAsync(adId);
            Assert.Equal(503, (await host.PostAsync("/performers", new { name = "Bea", email = "bea@example.com" })).Status);

            await ReadyAsync(text => text.Contains("\"degraded\"", StringComparison.Ordinal)
                && text.Contains("MongoDB is away since", StringComparison.Ordinal) && text.Contains(words, StringComparison.Ordinal));
        }

        await ReadyAsync(IsReady);
    }

    [Fact]
    public async Task A_role_that_was_revoked_is_said_also_by_a_host_that_nobody_reports_to()
    {
        using (engine.Faults.Every(Writes, null, Fault.Answer(13)))
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));

            await ReadyAsync(text => text.Contains("MongoDB takes nothing from", StringComparison.Ordinal)
                && text.Contains("Give the user the role readWrite", StringComparison.Ordinal));
        }

        await ReadyAsync(IsReady);
    }

    [Fact]
    public async Task A_server_that_ends_with_events_in_its_spool_says_so()
    {
        using (engine.Faults.Every(Writes, null, Fault.Answer(14031)))
        {
            await new Sdk(host).ReportsAsync(adId);
            await host.StopAsync();
        }

        Assert.Single(host.Log.Warnings, entry => entry.Message.StartsWith("This server ends with 1 answered events in ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_full_spool_answers_503_until_the_engine_is_back()
    {
        var sdk = new Sdk(host, new string('p', 200));
        var accepted = 0;
        using (engine.Faults.Every(Writes, null, Fault.Answer(14031)))
        {
            Answer answer;
            while ((answer = await host.PostAsync("/ad_events", Enumerable.Range(0, 1000).Select(_ => sdk.Event(adId)))).Status == 200)
            {
                Assert.InRange(accepted += 1000, 1000, 10_000);
            }

            answer.IsError(503, "The event could not be stored; try again");
            Assert.Equal("1", answer.Header("Retry-After"));
            Assert.Equal(503, (await sdk.SendAsync(adId)).Status);
            Assert.Equal(200, (await sdk.AskAsync()).Status);
            await ReadyAsync(text => text.Contains("Storage:MaxSpoolBytes", StringComparison.Ordinal));
        }

        await ReadyAsync(text => text.Contains("\"spool\":{\"status\":\"healthy\"", StringComparison.Ordinal));
        await sdk.ReportsAsync(adId);
        await ReadyAsync(IsReady);
        Assert.Equal(accepted + 1, (await new Portal(host).AdStatsAsync(adId)).Number("views"));
    }

    private static bool IsReady(string text) => text.Contains("\"status\":\"ready\"", StringComparison.Ordinal);

    /// <summary>Completes when the page says so; a second passes at each look.</summary>
    private async Task ReadyAsync(Predicate<string> isSo)
    {
        string text;
        for (var started = Stopwatch.StartNew(); !isSo(text = (await host.GetAsync("/health/ready")).Succeeds().ToString());)
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(60), text);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
