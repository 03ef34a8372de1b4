using System.Diagnostics;
using AdServer.Events;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>What is answered is durable, whatever happens: a slow store, a failing one, a client that goes, a server that stops.</summary>
public sealed class EventDurabilityTests : IAsyncLifetime
{
    private const int QueueCapacity = 1000;

    private readonly JournalGate gate = new();
    private AdServerHost host = null!;
    private Portal portal = null!;
    private Sdk sdk = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string?> { ["Events:QueueCapacity"] = $"{QueueCapacity}" };
        host = await AdServerHost.StartAsync(settings, gate.Install);
        (portal, sdk) = (new Portal(host), new Sdk(host));
        await portal.SignUpAsync();
        adId = await portal.AddAdAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Nobody_is_answered_before_the_commit()
    {
        gate.Close();
        var first = sdk.SendAsync(adId);
        await gate.Arrived;
        var second = sdk.SendAsync(adId);
        await WaitingAsync(2);

        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal(0, (await portal.AdStatsAsync(adId)).Number("views"));

        gate.Open();
        Assert.Equal((201, 201), ((await first).Status, (await second).Status));
        Assert.Equal(2, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task A_full_queue_is_a_503_that_says_when_to_retry_and_grows_no_further()
    {
        gate.Close();
        var waiting = host.PostAsync("/ad_events", Enumerable.Repeat(sdk.Event(adId), QueueCapacity));
        await gate.Arrived;

        var refused = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => sdk.SendAsync(adId, eventId: $"{number}")));

        Assert.All(refused, answer =>
        {
            answer.IsError(503, "Too many events are waiting; try again");
            Assert.Equal("1", answer.Header("Retry-After"));
        });
        Assert.Equal(QueueCapacity, host.Get<JournalWriter>().Waiting);
        Assert.Contains("full", await HealthAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await sdk.AskAsync()).Status);

        gate.Open();
        Assert.Equal(QueueCapacity, (await waiting).Succeeds().Number("logged"));
        await WaitingAsync(0);
        await sdk.ReportsAsync(adId, eventId: "7");
        Assert.Equal(QueueCapacity + 1, (await portal.AdStatsAsync(adId)).Number("views"));
        // It empties in a blink: who looks a moment later must still learn of it.
        Assert.Contains("full", await HealthAsync(), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.DoesNotContain("full", await HealthAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_that_come_during_a_commit_share_the_next_one()
    {
        gate.Close();
        var before = gate.Commits;
        var first = sdk.SendAsync(adId);
        await gate.Arrived;
        var others = Enumerable.Range(0, 40).Select(_ => sdk.SendAsync(adId)).ToList();
        await WaitingAsync(41);

        gate.Open();

        Assert.Equal(201, (await first).Status);
        Assert.All(await Task.WhenAll(others), answer => Assert.Equal(201, answer.Status));
        Assert.Equal(before + 2, gate.Commits);
    }

    [Fact]
    public async Task An_event_that_waits_until_its_day_is_closed_is_late_though_it_was_received_before()
    {
        var midnight = host.Clock.GetUtcNow().Date.AddDays(1);
        host.Clock.Set(new DateTimeOffset(midnight, TimeSpan.Zero).AddMinutes(9));
        var yesterday = host.Clock.GetUtcNow().AddHours(-1);
        gate.Close();
        var first = sdk.SendAsync(adId);
        await gate.Arrived;
        var waits = sdk.SendAsync(adId, at: yesterday);
        await WaitingAsync(2);

        host.Clock.Advance(TimeSpan.FromMinutes(3));
        gate.Open();

        Assert.Equal((201, 201), ((await first).Status, (await waits).Status));
        var days = (await host.GetAsync("/stats?groupBy=day")).Succeeds().GetProperty("rows");
        Assert.Equal(1, days[0].Number("revision"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_fails_is_a_503_and_all_is_well_when_it_is_back(bool expected)
    {
        gate.Fault = expected ? JournalGate.DiskFull : new InvalidOperationException("secret of the exception");

        var one = await sdk.SendAsync(adId, eventId: "a");
        var many = await host.PostAsync("/ad_events", new[] { sdk.Event(adId), sdk.Event("unknown") });
        var refused = await host.PostAsync("/ad_events", new[] { sdk.Event("unknown") });

        Assert.All([one, many], answer =>
        {
            answer.IsError(503, "The event could not be stored; try again");
            Assert.Equal("1", answer.Header("Retry-After"));
        });
        Assert.Equal(1, refused.Succeeds().Number("rejected"));
        Assert.Contains("degraded", await HealthAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await sdk.AskAsync()).Status);
        Assert.Equal(0, (await portal.AdStatsAsync(adId)).Number("views"));

        gate.Fault = null;
        await sdk.ReportsAsync(adId, eventId: "a");
        Assert.Equal(1, (await portal.AdStatsAsync(adId)).Number("views"));
        Assert.DoesNotContain("degraded", await HealthAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_hangs_up_loses_nothing_for_anybody()
    {
        gate.Close();
        using var patience = new CancellationTokenSource();
        var gone = GoneAsync("a", patience.Token);
        await gate.Arrived;
        var goneToo = GoneAsync("b", patience.Token);
        var stays = sdk.SendAsync(adId, eventId: "c");
        await WaitingAsync(3);

        await patience.CancelAsync();
        await Task.WhenAll(gone, goneToo);
        gate.Open();

        Assert.Equal(201, (await stays).Status);
        foreach (var eventId in new[] { "a", "b", "c" })
        {
            (await sdk.SendAsync(adId, eventId: eventId)).Is(200, """{"message":"Event already logged"}""");
        }

        Assert.Equal(3, (await portal.AdStatsAsync(adId)).Number("views"));
        Assert.Empty(host.Log.Warnings);
    }

    [Fact]
    public async Task A_server_that_stops_first_commits_and_answers_what_waits()
    {
        using var client = new HttpClient { BaseAddress = host.Client.BaseAddress };
        var stopping = new TaskCompletionSource();
        host.Get<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        gate.Close();
        var waiting = Enumerable.Range(0, 5).Select(_ => PostAsync(client)).ToList();
        await gate.Arrived;
        await WaitingAsync(5);

        var restarted = host.RestartAsync();
        await stopping.Task;
        gate.Open();

        Assert.All(await Task.WhenAll(waiting), status => Assert.Equal(201, status));
        await restarted;
        Assert.Equal(5, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    private async Task<int> PostAsync(HttpClient client)
    {
        using var body = System.Net.Http.Json.JsonContent.Create(sdk.Event(adId));
        using var response = await client.PostAsync("/ad_event", body);
        return (int)response.StatusCode;
    }

    /// <summary>Sends an event and hangs up before the answer.</summary>
    private async Task GoneAsync(string eventId, CancellationToken patience)
    {
        using var body = System.Net.Http.Json.JsonContent.Create(sdk.Event(adId, eventId: eventId));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Client.PostAsync("/ad_event", body, patience));
    }

    private async Task<string> HealthAsync()
    {
        var answer = await host.GetAsync("/health/ready");
        Assert.Equal(200, answer.Status);
        return answer.Text;
    }

    /// <summary>Completes when so many events wait for their commit.</summary>
    private async Task WaitingAsync(int events)
    {
        var started = Stopwatch.StartNew();
        while (host.Get<JournalWriter>().Waiting != events)
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(30), "The events never came");
            await Task.Yield();
        }
    }
}
