using AdServer.Events;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>A device that was erased is nowhere, for good, and every number is what it was: before, meanwhile and afterwards.</summary>
public abstract class ErasureLaws : IAsyncLifetime
{
    private const string Device = "device-1";
    private const string Agent = "agent of it";

    private readonly TestEngine engine;

    private protected ErasureLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddAdsAsync("p1", "a1", "a2");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task A_device_goes_out_of_events_and_buckets_and_every_count_stays()
    {
        await engine.AppendAsync(Of(Device, "e1"), Of("device-2", "e2"), Of(Device, day: -1), Event(), Of(Device, type: EventType.Skip) with { Revision = 2 });
        await engine.RollAllAsync();
        await engine.AppendAsync(Of(Device, "e3"), Of("device-2"));
        await engine.RollAllAsync();
        var before = await engine.ReadTotalAsync();

        var erasure = await engine.Devices.Erase(Device).StepAsync(Token);

        Assert.Equal(new ErasureStep(4, 4, 0, AreSpooled: false), erasure);
        Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
        Assert.True(await engine.CountDeviceAsync("device-2", "agent of device-2") > 0);
        Assert.Equal(before, await engine.ReadTotalAsync());
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Of(Device, "e1")));
        Assert.Equal(default, await engine.Devices.Erase(Device).StepAsync(Token));
    }

    [Fact]
    public async Task What_is_not_rolled_up_waits_for_its_roll_and_a_roll_that_was_read_before_brings_nothing_back()
    {
        await engine.AppendAsync(Of(Device, "e1"), Of(Device));
        var roll = await engine.Journal.NextRollAsync(10, Token);
        await engine.AppendAsync(Of(Device));
        var erasure = engine.Devices.Erase(Device);

        Assert.Equal(new ErasureStep(0, 0, 3, AreSpooled: false), await erasure.StepAsync(Token));
        await engine.Stats.ApplyAsync(roll!, Token);
        Assert.Equal(new ErasureStep(2, 2, 1, AreSpooled: false), await erasure.StepAsync(Token));
        await engine.RollAllAsync();
        Assert.Equal(new ErasureStep(1, 1, 0, AreSpooled: false), await erasure.StepAsync(Token));
        await engine.Stats.ApplyAsync(roll!, Token);

        Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
        Assert.Equal(3, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Nobody_waits_for_what_the_device_reports_after_the_request()
    {
        await engine.AppendAsync(Of(Device));
        var erasure = engine.Devices.Erase(Device);
        Assert.Equal(1, (await erasure.StepAsync(Token)).Waiting);
        await engine.RollAllAsync();
        await engine.AppendAsync(Of(Device));

        Assert.Equal(new ErasureStep(1, 1, 0, AreSpooled: false), await erasure.StepAsync(Token));
    }

    [Fact]
    public async Task Counts_agree_at_every_moment_while_a_device_of_many_events_is_erased_and_others_report()
    {
        for (var round = 0; round < 6; round++)
        {
            await engine.AppendAsync([.. Enumerable.Range(0, 600).Select(number => Of(number % 3 == 0 ? "device-2" : Device, day: -(number % 4)))]);
            await engine.RollAllAsync(maxEvents: 500);
        }

        var erasing = Task.Run(() => engine.Devices.Erase(Device).StepAsync(Token));
        for (var round = 1; round <= 5; round++)
        {
            await engine.AppendAsync(Of("device-3"));
            await engine.RollAllAsync();
            Assert.Equal(3600 + round, (await engine.ReadTotalAsync()).Events.Views);
            Assert.Empty(await engine.VerifyAsync(mostKeys: 1000));
        }

        Assert.Equal(new ErasureStep(2400, 2400, 0, AreSpooled: false), await erasing);
        Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
        Assert.Empty(await engine.VerifyAsync(mostKeys: 1000));
    }

    [Fact]
    public async Task A_rebuild_of_the_day_afterwards_brings_nothing_back()
    {
        await engine.AppendAsync(Of(Device), Of("device-2"));
        await engine.RollAllAsync();
        await engine.Devices.Erase(Device).StepAsync(Token);
        await engine.SpoilBucketsAsync("a1");

        Assert.True(await engine.Ledger.RebuildDayAsync(Today, 10, Token));

        Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Days_that_are_removed_hold_no_device_any_more()
    {
        await engine.AppendAsync(Of(Device, "e1", day: -60), Of(Device, day: -60));
        await engine.RollAllAsync();

        await engine.RemoveOldAsync();

        Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
        Assert.Equal(default, await engine.Devices.Erase(Device).StepAsync(Token));
    }

    private static AdEvent Of(string device, string? id = null, EventType type = EventType.View, int day = 0) =>
        Event(id: id, type: type, day: day) with { DeviceId = device, UserAgent = device == Device ? Agent : $"agent of {device}" };
}

/// <summary>The laws of erasure on SQLite.</summary>
public sealed class SqliteErasureLaws() : ErasureLaws(new SqliteEngine());

/// <summary>The laws of erasure on MongoDB.</summary>
public sealed class MongoErasureLaws() : ErasureLaws(new Mongo.MongoEngine());
