using System.Diagnostics;
using AdServer.Stats;
using AdServer.Tests.Events;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>The roll-up by itself: every second, at once when a roll is full, and who is told when it is late.</summary>
public sealed class RollUpServiceTests
{
    [Fact]
    public async Task Events_are_rolled_up_within_a_second()
    {
        await using var host = await StartAsync();
        await new Sdk(host).ReportsAsync(await new Portal(host).AddAdAsync());

        await UntilAsync(host, (1, 0), new StatsSettings().RollUpEvery);
    }

    [Fact]
    public async Task A_full_roll_waits_for_no_clock()
    {
        await using var host = await StartAsync(rollSize: 3);
        var (sdk, adId) = (new Sdk(host), await new Portal(host).AddAdAsync());

        await sdk.ReportsAllAsync([sdk.Event(adId), sdk.Event(adId), sdk.Event(adId)]);

        await UntilAsync(host, (1, 0), TimeSpan.Zero);
    }

    [Fact]
    public async Task Rolls_are_larger_where_more_than_two_full_ones_wait()
    {
        var (reached, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        var gate = new StatsGate { BeforeApply = () => reached.TrySetResult() ? held.Task : Task.CompletedTask };
        await using var host = await StartAsync(gate, rollSize: 2);
        var (sdk, adId) = (new Sdk(host), await new Portal(host).AddAdAsync());
        await sdk.ReportsAllAsync([sdk.Event(adId), sdk.Event(adId)]);
        await reached.Task;

        for (var single = 0; single < 9; single++)
        {
            await sdk.ReportsAsync(adId);
        }

        held.SetResult();

        await UntilAsync(host, (3, 0), TimeSpan.Zero);
    }

    [Theory]
    [InlineData(true, "The roll-up has been failing since 2026-11-21T10:00:0")]
    [InlineData(false, "The roll-up is late: 1 events wait for it")]
    public async Task A_host_whose_roll_up_is_late_is_degraded_and_stays_in_service(bool failing, string reason)
    {
        var held = new TaskCompletionSource();
        var gate = new StatsGate { BeforeApply = () => failing ? throw JournalGate.DiskFull : held.Task };
        await using var host = await StartAsync(gate, rollSize: 1);
        await new Sdk(host).ReportsAsync(await new Portal(host).AddAdAsync());
        var rollUp = host.Get<RollUpService>();
        await UntilAsync(host, () => Task.FromResult(failing ? rollUp.Outage.Since is not null : rollUp.Lag.Events == 1), TimeSpan.Zero);
        Assert.Equal("ready", await HealthAsync(host));

        host.Clock.Set(host.Clock.GetUtcNow() + new StatsSettings().LateAfter);

        Assert.Contains(reason, await HealthAsync(host), StringComparison.Ordinal);
        gate.BeforeApply = () => Task.CompletedTask;
        held.SetResult();
        await UntilAsync(host, async () => await HealthAsync(host) == "ready", new StatsSettings().RollUpEvery);
    }

    /// <summary>The status, and the reasons of one that is not ready.</summary>
    private static async Task<string> HealthAsync(AdServerHost host)
    {
        var health = (await host.GetAsync("/health/ready")).Succeeds();
        return string.Join(' ', [health.Text("status"), .. health.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString())]);
    }

    private static async Task<AdServerHost> StartAsync(StatsGate? gate = null, int rollSize = 5000)
    {
        var host = await AdServerHost.StartAsync(new() { ["Stats:RollSize"] = $"{rollSize}" }, (gate ?? new StatsGate()).Install);
        await new Portal(host).SignUpAsync();
        return host;
    }

    /// <summary>Completes when the position (last roll, tail) is this; moves the clock a step at each look.</summary>
    private static Task UntilAsync(AdServerHost host, (double Roll, double Tail) expected, TimeSpan step) => UntilAsync(
        host,
        async () => (await new Portal(host).ReadAsync("/stats")).GetProperty("position") is var found
            && (found.Number("roll"), found.Number("tail")) == expected,
        step);

    private static async Task UntilAsync(AdServerHost host, Func<Task<bool>> reached, TimeSpan step)
    {
        var started = Stopwatch.StartNew();
        while (!await reached())
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(30), "It never came so far");
            host.Clock.Advance(step);
        }
    }
}
