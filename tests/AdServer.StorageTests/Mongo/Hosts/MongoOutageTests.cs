using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>Servers whose engine is killed and comes back while apps report: what was answered is what counts, and they say what they do.</summary>
public sealed class MongoOutageTests : IAsyncDisposable
{
    private readonly MongoEngine engine = new(isMortal: true);
    private readonly EventLoad load = new("a1", "a2");
    private readonly List<HostProcess> hosts = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await engine.DisposeAsync();
    }

    [Fact]
    public async Task An_engine_that_is_killed_and_comes_back_and_a_host_that_is_killed_while_it_drains_lose_nothing()
    {
        const int Step = 100;
        const int Steps = 4;
        await StartAsync(2);
        var apps = Enumerable.Range(0, 4).Select(app => Task.Run(() => SendAsync(app, Steps * Step), Token)).ToList();

        await load.ReachAsync(Step);
        engine.Mortal.Kill();
        await load.ReachAsync(2 * Step);
        engine.Mortal.Revive();
        await hosts[0].KillAsync();
        await StartAgainAsync(hosts[0]);
        await load.ReachAsync(3 * Step);
        engine.Mortal.Kill();
        engine.Mortal.Revive();
        await Task.WhenAll(apps);
        foreach (var host in hosts)
        {
            await host.CompleteAsync();
        }

        await JudgeAsync();
    }

    [Fact]
    public async Task While_the_engine_is_away_a_host_serves_and_takes_events_and_says_so()
    {
        await StartAsync(1);
        var host = hosts[0];
        Assert.True(await load.SendAsync(host, "before"));
        Assert.Contains("\"complete\":true", await host.ReadAsync("/stats"), StringComparison.Ordinal);
        engine.Mortal.Kill();

        Assert.True(await load.SendAsync(host, "during"));
        Assert.True(await load.SendAsync(host, "during"));
        Assert.Equal(200, await host.PostAsync("/ad_events", new[] { EventLoad.Event("a1", "batch"), EventLoad.Event("unknown", "x") }));
        Assert.Equal(503, await host.PostAsync("/ad_event", EventLoad.Event("unknown", "x")));
        Assert.Equal(503, await host.PostAsync("/performers", new { name = "Bea", email = "bea@example.com" }));
        Assert.Contains("\"_id\"", await host.ReadAsync("/ads/random?packageName=com.example.new"), StringComparison.Ordinal);
        Assert.Contains("\"status\":503", await host.ReadAsync("/stats"), StringComparison.Ordinal);
        Assert.Contains("adserver_spool_events 2\n", await host.ReadAsync("/metrics"), StringComparison.Ordinal);
        var ready = await host.GetAsync("/health/ready");
        Assert.Contains("\"status\":\"degraded\"", ready, StringComparison.Ordinal);
        Assert.Contains("2 events wait in", ready, StringComparison.Ordinal);

        engine.Mortal.Revive();
        await host.CompleteAsync();
        Assert.Contains("adserver_spool_drained_total 2\n", await host.ReadAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal(3, (await CountAsync("a1")).Views);
    }

    private async Task StartAsync(int count)
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        for (var number = 0; number < count; number++)
        {
            hosts.Add(await HostProcess.StartAsync(engine.Uri));
        }
    }

    /// <summary>As a container is: until it has started. The engine may not be itself yet.</summary>
    private static async Task StartAgainAsync(HostProcess host)
    {
        while (await Record.ExceptionAsync(host.StartAsync) is not null)
        {
        }
    }

    private async Task SendAsync(int app, int most)
    {
        for (var number = app; load.Answered < most; number++)
        {
            await load.SendIdentifiedAsync(hosts, number);
            await load.SendAnonymousAsync(hosts[number % hosts.Count]);
        }
    }

    private async Task JudgeAsync()
    {
        await engine.RollAllAsync();
        Assert.Equal(load.Identified, (await CountAsync("a1")).Views);
        Assert.InRange((await CountAsync("a2")).Views, load.Logged, load.MostLogged);
        Assert.Empty(await engine.VerifyAsync());
    }

    private async Task<DayCounts> CountAsync(string adId) => (await engine.ReadTotalAsync(new StatsQuery { AdId = adId })).Events;
}
