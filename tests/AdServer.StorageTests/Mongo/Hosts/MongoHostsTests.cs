using System.Diagnostics;
using AdServer.Stats;
using AdServer.StorageTests.Mongo.Wire;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>Servers as processes on one database, killed and stopped in their tracks while apps report: what was answered is what counts.</summary>
public sealed class MongoHostsTests : IAsyncLifetime
{
    private const string Identified = "a1";
    private const string Anonymous = "a2";

    /// <summary>The server gives the engine five seconds.</summary>
    private static readonly TimeSpan LongerThanAnyDeadline = TimeSpan.FromSeconds(6);

    private readonly MongoEngine engine = new();
    private readonly EventLoad load = new(Identified, Anonymous);
    private readonly List<HostProcess> hosts = [];

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Three_hosts_of_which_one_is_killed_again_and_again_count_what_they_answered()
    {
        const int Kills = 6;
        const int EventsPerKill = 400;
        await AddAdsAsync();
        for (var number = 0; number < 3; number++)
        {
            hosts.Add(await HostProcess.StartAsync(engine.Uri));
        }

        var apps = Enumerable.Range(0, 8).Select(app => Task.Run(() => SendAsync(app, Kills * EventsPerKill), Token)).ToList();
        for (var kill = 1; kill < Kills; kill++)
        {
            await load.ReachAsync(kill * EventsPerKill);
            await hosts[kill % hosts.Count].KillAsync();
            await hosts[kill % hosts.Count].StartAsync();
        }

        await Task.WhenAll(apps);
        foreach (var host in hosts)
        {
            await host.CompleteAsync();
        }

        await JudgeAsync();
    }

    /// <summary>Where a host is stopped: which command of its has been carried out (or is yet to be) while it knows nothing of it.</summary>
    public static TheoryData<string, string, bool> Places => new()
    {
        { "insert", "ad_events", false }, { "insert", "ad_events", true },
        { "insert", "journal", false }, { "insert", "journal", true },
        { "insert", "rolls", false }, { "insert", "rolls", true },
        { "update", "journal", true },
        { "update", "daily_ad_stats", false }, { "update", "daily_ad_stats", true },
        { "update", "daily_package_stats", false },
        { "update", "rolls", false }, { "update", "rolls", true },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_host_that_is_stopped_longer_than_any_deadline_while_another_takes_over_does_no_harm(
        string command, string collection, bool isCarriedOut)
    {
        await AddAdsAsync();
        await SleepAsync(command, collection, isCarriedOut);
        await JudgeAsync();
    }

    /// <summary>Between inserting and committing, between committing and answering, in the middle of a roll. It gives nothing up and spools nothing.</summary>
    [Theory]
    [InlineData("insert", "ad_events")]
    [InlineData("insert", "journal")]
    [InlineData("update", "daily_package_stats")]
    [InlineData("update", "daily_ad_stats")]
    public async Task A_host_that_wakes_up_within_its_deadline_goes_on_with_what_it_knew_and_does_no_harm(string command, string collection)
    {
        await AddAdsAsync();
        var metrics = await SleepAsync(command, collection, isCarriedOut: true, deadline: "00:05:00");
        Assert.Contains("adserver_spool_events 0\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotMatch("adserver_spool_drained_total [1-9]", metrics);
        await JudgeAsync();
    }

    /// <summary>Stops a host at a place, has another take its work over, and wakes it up; returns what its metrics say in the end.</summary>
    private async Task<string> SleepAsync(string command, string collection, bool isCarriedOut, string? deadline = null)
    {
        await using var gateway = engine.NewGateway();
        hosts.Add(await HostProcess.StartAsync(engine.UriOf(gateway), deadline));
        hosts.Add(await HostProcess.StartAsync(engine.Uri));
        var (sleeper, other) = (hosts[0], hosts[1]);
        var gate = new Gate();
        gateway.Faults.Next(command, collection, isCarriedOut ? Fault.HoldAfter(gate) : Fault.HoldBefore(gate));

        var caught = Task.CompletedTask;
        var last = 0;
        for (; !gate.Reached.IsCompleted; last++)
        {
            caught = Task.WhenAll(load.SendAsync(sleeper, $"caught{last}"), load.SendAnonymousAsync(sleeper));
            await Task.WhenAny(gate.Reached, caught);
        }

        await sleeper.PauseAsync();
        await TakeOverAsync(other, $"caught{last - 1}");
        gate.Open();
        await sleeper.ResumeAsync();
        await caught;
        await load.SendAsync([sleeper, other], $"caught{last - 1}");
        await load.SendIdentifiedAsync([sleeper], 0);
        await sleeper.CompleteAsync();
        var metrics = await sleeper.ReadAsync("/metrics");
        await sleeper.StopAsync();
        return metrics;
    }

    /// <summary>For longer than the deadlines of the sleeper another host takes events, the very same among them, and rolls them up.</summary>
    private async Task TakeOverAsync(HostProcess other, string caught)
    {
        var started = Stopwatch.GetTimestamp();
        var roll = (await engine.Journal.ReadLagAsync(Token)).Roll;
        await load.SendAsync(other, caught);
        while (Stopwatch.GetElapsedTime(started) < LongerThanAnyDeadline || (await engine.Journal.ReadLagAsync(Token)).Roll < roll + 2)
        {
            await load.SendIdentifiedAsync([other], 0);
            await load.SendAnonymousAsync(other);
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

    private Task AddAdsAsync() => engine.AddAdsAsync("p1", Identified, Anonymous);

    private async Task JudgeAsync()
    {
        Assert.Equal(load.Identified, (await CountAsync(Identified)).Views);
        Assert.InRange((await CountAsync(Anonymous)).Views, load.Logged, load.MostLogged);
        await engine.RollAllAsync();
        Assert.Equal(load.Identified, (await CountAsync(Identified)).Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    private async Task<DayCounts> CountAsync(string adId) => (await engine.ReadTotalAsync(new StatsQuery { AdId = adId })).Events;
}
