using System.Numerics;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>
/// Statistics are rows plus tail at one moment (law 11), read by several commands while others write: what was answered before the reading is
/// in it, what comes meanwhile may be, and nothing is in it twice. Each event's duration is a bit of its own, so a sum says which events it has.
/// </summary>
public sealed class MongoMomentTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();
    private readonly MongoGateway gateway;
    private readonly ServiceProvider reader;
    private Snapshot? past;

    public MongoMomentTests()
    {
        gateway = engine.NewGateway();
        reader = engine.Open(StorageAccess.Serve, new KeyValuePair<string, string?>("ConnectionStrings:MongoDb", engine.UriOf(gateway)));
    }

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await reader.OpenStorageAsync();
        await engine.Catalog.AddPerformerAsync(Performer(), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        await reader.DisposeAsync();
        await gateway.DisposeAsync();
        await engine.DisposeAsync();
    }

    public static TheoryData<string> Groups => ["", "package", "day"];

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Whatever_is_rolled_up_between_two_reads_of_it_no_event_is_missing_or_twice(string group)
    {
        int read, met;
        for ((read, met) = (0, 1); met > 0; read++)
        {
            var adId = await BeginAsync(read);
            long seen;
            using (var amid = gateway.Faults.Next("find aggregate", null, call => GoOnBeforeAsync(adId, call), skip: read))
            {
                seen = await ReadAsync(adId, group);
                met = amid.Count;
            }

            Assert.True((seen & 0b111) == 0b111, $"Read {read}: of the events 0b111 are 0b{seen:b}");
            Assert.True(seen < 0b100000, $"Read {read}: more than there are, 0b{seen:b}");
            await engine.RollAllAsync();
            Assert.Equal(met > 0 ? 0b11111 : 0b111, await ReadAsync(adId, group));
        }

        Assert.True(read > 6, $"Only {read} reads were reached");
    }

    /// <summary>All of the reading comes from one node that is behind: it is the moment at which that node is.</summary>
    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Read_from_a_node_that_is_behind_it_is_an_earlier_moment_and_exact(string group)
    {
        var adId = await BeginAsync(0);
        past = await gateway.TakeSnapshotAsync(Token);
        await GoOnAsync(adId);
        using (gateway.Faults.Every("find aggregate", null, Fault.ReadFrom(past)))
        {
            Assert.Equal(0b111, await ReadAsync(adId, group));
        }

        Assert.Equal(0b11111, await ReadAsync(adId, group));
    }

    /// <summary>One read alone comes from a node that is behind: the position is only where the tail begins, and events that are absent are waited for.</summary>
    [Theory]
    [InlineData("find", "rolls")]
    [InlineData("aggregate", "ad_events")]
    public async Task A_position_or_events_from_a_node_that_is_behind_change_nothing(string command, string collection)
    {
        var adId = await BeginAsync(0);
        past = await gateway.TakeSnapshotAsync(Token);
        await GoOnAsync(adId);
        using var stale = gateway.Faults.Next(command, collection, Fault.ReadFrom(past));

        Assert.Equal(0b11111, await ReadAsync(adId, ""));
        Assert.Equal(1, stale.Count);
    }

    /// <summary>An ad with an event that is rolled up, one whose roll is closed, and one that waits.</summary>
    private async Task<string> BeginAsync(int number)
    {
        var adId = $"a{number}";
        await engine.Catalog.AddAdAsync(Ad(adId), Token);
        await engine.AppendAsync(Event(adId, watched: 0b1));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(adId, watched: 0b10));
        await engine.Journal.NextRollAsync(1, Token);
        await engine.AppendAsync(Event(adId, watched: 0b100));
        return adId;
    }

    /// <summary>All of them are rolled up, and so is one more; another waits.</summary>
    private async Task GoOnAsync(string adId)
    {
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(adId, watched: 0b1000));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(adId, watched: 0b10000));
    }

    private async Task<byte[]?> GoOnBeforeAsync(string adId, Call call)
    {
        await GoOnAsync(adId);
        return await call.ExecuteNowAsync();
    }

    /// <summary>Which events a report has.</summary>
    private async Task<long> ReadAsync(string adId, string group)
    {
        var query = new StatsQuery { AdId = adId };
        var view = await reader.GetRequiredService<IStatsStore>().ReadAsync(
            group switch
            {
                "package" => query with { GroupBy = [StatsGroup.Package] },
                "day" => query with { GroupBy = [StatsGroup.Day] },
                _ => query,
            },
            Token);
        var events = view.Total.Events;
        Assert.Equal(events, view.Rows.Aggregate(default(DayCounts), (sum, row) => sum + row.Measures.Events));
        Assert.Equal(BitOperations.PopCount((ulong)events.WatchDurationSum), events.Views);
        return events.WatchDurationSum;
    }

    private async Task ForgetAsync()
    {
        await (past?.DisposeAsync() ?? ValueTask.CompletedTask);
        past = null;
    }
}
