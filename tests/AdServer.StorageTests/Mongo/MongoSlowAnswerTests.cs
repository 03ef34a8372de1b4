using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>An engine so slow that it carries a command out when its host, which was awake all the time, has long given it up and gone on.</summary>
public sealed class MongoSlowAnswerTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();
    private readonly MongoGateway gateway;
    private readonly ServiceProvider host;

    public MongoSlowAnswerTests()
    {
        gateway = engine.NewGateway();
        host = engine.Open(
            StorageAccess.Serve, new("ConnectionStrings:MongoDb", engine.UriOf(gateway)), new("Storage:Deadline", "00:00:03"));
    }

    private SqliteSpool Spool => host.GetRequiredService<SqliteSpool>();

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await host.OpenStorageAsync();
        await engine.AddAdsAsync("p1", "a1");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await gateway.DisposeAsync();
        await engine.DisposeAsync();
    }

    /// <summary>Which command is slow, and whether the host has drained its spool, and a roll is applied, before it is carried out.</summary>
    public static TheoryData<string, string, bool> Appends => new()
    {
        { "insert", "ad_events", false }, { "insert", "ad_events", true },
        { "insert", "journal", false }, { "insert", "journal", true },
    };

    [Theory]
    [MemberData(nameof(Appends))]
    public async Task An_append_that_is_carried_out_after_the_deadline_counts_once(string command, string collection, bool isAfterAll)
    {
        await AppendAsync(Event(id: "known"));
        var (gate, done) = Hold(command, collection);
        Assert.Equal(
            [AppendOutcome.Stored, AppendOutcome.Stored, AppendOutcome.Stored],
            await AppendAsync(Event(id: "new"), Event(), Event(type: EventType.Exit)));
        Assert.Equal(3, Spool.State.Events);

        if (!isAfterAll)
        {
            gate.Open();
            await done;
        }

        await DrainAndRollAsync();
        gate.Open();
        await done;
        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Duplicate], await AppendAsync(Event(id: "known"), Event(id: "new")));
        await DrainAndRollAsync();

        Assert.Equal(new DayCounts(3, 0, 0, 1, 3 * 1234), (await engine.ReadTotalAsync()).Events);
        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>An event of a host that died before it committed is taken over, and the takeover is slow.</summary>
    [Theory]
    [InlineData("insert", "journal", false)]
    [InlineData("insert", "journal", true)]
    [InlineData("update", "ad_events", false)]
    [InlineData("update", "ad_events", true)]
    public async Task A_takeover_that_is_carried_out_after_the_deadline_counts_once(string command, string collection, bool isAfterAll)
    {
        // Its commit is on its way for as long as the test runs. One that is refused again and again may be on its way when it is refused no more.
        var lost = new Gate();
        gateway.Faults.Next("insert", "journal", Fault.HoldBefore(lost));
        await AppendAsync(Event(id: "taken"), Event());
        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        var (gate, done) = Hold(command, collection);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => host.GetRequiredService<SpoolDrainService>().DrainAsync(Token));
        if (!isAfterAll)
        {
            gate.Open();
            await done;
        }

        await DrainAndRollAsync();
        gate.Open();
        lost.Open();
        await done;
        Assert.Equal([AppendOutcome.Duplicate], await AppendAsync(Event(id: "taken")));
        await DrainAndRollAsync();

        Assert.Equal(2, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>Before its deadline, too, a host may have waited too long: its batch is sealed, and what nobody took over is committed in another.</summary>
    [Theory]
    [InlineData("ad_events", true)]
    [InlineData("journal", false)]
    public async Task A_batch_that_another_host_seals_while_its_own_waits_loses_and_doubles_nothing(string collection, bool isCarriedOut)
    {
        await using var patient = engine.Open(StorageAccess.Serve, new KeyValuePair<string, string?>("ConnectionStrings:MongoDb", engine.UriOf(gateway)));
        await patient.OpenStorageAsync();
        var gate = new Gate();
        gateway.Faults.Next("insert", collection, isCarriedOut ? Fault.HoldAfter(gate) : Fault.HoldBefore(gate));
        var waiting = patient.GetRequiredService<IEventJournal>().AppendAsync([Event(id: "both"), Event()], Token);
        await gate.Reached;
        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([AppendOutcome.Stored], await engine.AppendAsync(Event(id: "both")));
        gate.Open();

        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Stored], await waiting);
        await engine.RollAllAsync();
        Assert.Equal(2, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>Whatever a host writes to apply a roll: it gives up, another applies that roll and the next one, then it is carried out.</summary>
    [Theory]
    [InlineData("insert", "rolls")]
    [InlineData("update", "journal")]
    [InlineData("insert", "events_by_day")]
    [InlineData("insert", "package_ads")]
    [InlineData("update", "daily_ad_stats")]
    [InlineData("update", "daily_package_stats")]
    [InlineData("update", "ads")]
    [InlineData("update", "rolls")]
    public async Task A_write_of_a_roll_that_is_carried_out_when_others_have_gone_on_adds_nothing(string command, string collection)
    {
        await engine.AppendAsync(Event(id: "one"), Event());
        var (gate, done) = Hold(command, collection);
        await Assert.ThrowsAsync<StoreUnavailableException>(RollAsync);
        await engine.AppendAsync(Event(id: "two"), Event());
        await engine.RollAllAsync();
        await engine.AppendAsync(Event());
        await engine.RollAllAsync();
        gate.Open();
        await done;

        Assert.Equal(5, (await engine.ReadTotalAsync()).Events.Views);
        await engine.RollAllAsync();
        Assert.Equal(5, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>Holds the next such command of the host; it is carried out when the gate is open, whoever still waits for it.</summary>
    private (Gate Gate, Task Done) Hold(string command, string collection)
    {
        var gate = new Gate();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Faults.Next(command, collection, async call =>
        {
            await gate.PassAsync(call.Ended);
            var reply = await call.ExecuteNowAsync();
            done.TrySetResult();
            return reply;
        });
        return (gate, done.Task);
    }

    private async Task DrainAndRollAsync()
    {
        // A batch that its host gave up is sealed when it is a few seconds old.
        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.GetRequiredService<SpoolDrainService>().DrainAsync(Token);
        Assert.True(Spool.IsEmpty);
        await engine.RollAllAsync();
    }

    private async Task RollAsync()
    {
        var roll = await host.GetRequiredService<IEventJournal>().NextRollAsync(1000, Token);
        await host.GetRequiredService<IStatsStore>().ApplyAsync(roll!, Token);
    }

    private Task<AppendOutcome[]> AppendAsync(params AdEvent[] events) => host.GetRequiredService<IEventJournal>().AppendAsync(events, Token);
}
