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

    /// <summary>It dies three times among writes: for longer than the hosts' deadline, soon after it came back, when they may still drain, and once more.</summary>
    [Fact]
    public async Task An_engine_that_is_killed_under_load_and_comes_back_and_a_host_that_is_killed_while_it_drains_lose_nothing()
    {
        const int Step = 400;
        await StartAsync(3);
        var apps = Load(apps: 24, events: 5 * Step);

        await load.ReachAsync(Step);
        engine.Mortal.Kill();
        await load.ReachAsync(2 * Step);
        engine.Mortal.Revive();
        await hosts[0].KillAsync();
        await hosts[0].StartAsync();
        engine.Mortal.Kill();
        engine.Mortal.Revive();
        await load.ReachAsync(4 * Step);
        engine.Mortal.Kill();
        engine.Mortal.Revive();
        await apps;
        await JudgeAsync();
    }

    /// <summary>The engine lives on and carries out what it was asked, and nobody is told: a command may be done after its host has given it up.</summary>
    [Fact]
    public async Task An_engine_that_cannot_be_reached_for_a_while_and_a_host_that_is_killed_while_it_drains_lose_nothing()
    {
        const int Step = 100;
        await StartAsync(2);
        var apps = Load(apps: 4, events: 4 * Step);

        await load.ReachAsync(Step);
        await engine.Gateway.StopAsync();
        await load.ReachAsync(2 * Step);
        engine.Gateway.Start();
        await hosts[0].KillAsync();
        await hosts[0].StartAsync();
        await load.ReachAsync(3 * Step);
        await engine.Gateway.StopAsync();
        engine.Gateway.Start();
        await apps;
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

    /// <summary>So many apps report at once, to all hosts, until so many events have been answered.</summary>
    private Task Load(int apps, int events) => Task.WhenAll(Enumerable.Range(0, apps).Select(app => Task.Run(() => SendAsync(app, events), Token)));

    private async Task SendAsync(int app, int most)
    {
        for (var number = app; load.Answered < most; number++)
        {
            await load.SendIdentifiedAsync(hosts, number);
            await load.SendAnonymousAsync(hosts[number % hosts.Count]);
        }
    }

    /// <summary>Once every spool is empty: the ledger of the apps against the statistics, and the statistics against the events.</summary>
    private async Task JudgeAsync()
    {
        foreach (var host in hosts)
        {
            await host.CompleteAsync();
        }

        await engine.RollAllAsync();
        Assert.Equal(load.Identified, (await CountAsync("a1")).Views);
        Assert.InRange((await CountAsync("a2")).Views, load.Logged, load.MostLogged);
        Assert.Empty(await engine.VerifyAsync());
    }

    private async Task<DayCounts> CountAsync(string adId) => (await engine.ReadTotalAsync(new StatsQuery { AdId = adId })).Events;
}
