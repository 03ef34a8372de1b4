using AdServer.Common;
using AdServer.Events;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.StorageTests.Backups;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>Removing old events and forgetting devices, where every write has every accident and a node that is behind answers.</summary>
public sealed class MongoRetentionTests : IAsyncLifetime
{
    private const string Device = "device-1";
    private const string Agent = "agent";

    /// <summary>So many reads an erasure and a removal have, but for those of days that were removed before.</summary>
    private const int MostReads = 40;

    private readonly MongoEngine engine = new();

    public static TheoryData<string> Accidents => WriteAccidents.Names;

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddAdsAsync("p1", "a1");
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task A_day_is_removed_exactly_whatever_happens_to_any_write_of_it(string accident)
    {
        var writes = await WriteAccidents.TellAllAsync(
            engine.Faults,
            accident,
            prepare: async number =>
            {
                await engine.AppendAsync(Event(day: number - 90, id: $"e{number}"), Event(day: number - 90, type: EventType.Exit));
                await engine.RollAllAsync();
                engine.Clock.Advance(TimeSpan.FromHours(2));
            },
            tell: _ => engine.NewRetention().RemoveAllAsync(Token),
            judge: async number =>
            {
                Assert.Equal((0, 0), await engine.CountRawAsync());
                Assert.Equal(Today.AddDays(number - 89), await engine.Ledger.ReadRawSinceAsync(Token));
                Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Event(id: $"e{number}")));
                var total = (await engine.ReadTotalAsync()).Events;
                Assert.Equal((number + 1, number + 1), (total.Views, total.Exits));
                Assert.Empty(await engine.VerifyAsync());
            });

        Assert.True(writes >= 4, $"Only {writes} writes were reached");
    }

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task A_device_is_forgotten_exactly_whatever_happens_to_any_write_of_it(string accident)
    {
        var writes = await WriteAccidents.TellAllAsync(
            engine.Faults,
            accident,
            prepare: async number =>
            {
                await engine.AppendAsync(OfDevice($"e{number}"), OfDevice(), Event());
                await engine.RollAllAsync();
            },
            tell: _ => engine.Devices.Erase(Device).StepAsync(Token),
            judge: async number =>
            {
                Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
                Assert.Equal(3 * (number + 1), (await engine.ReadTotalAsync()).Events.Views);
                Assert.Empty(await engine.VerifyAsync());
            });

        Assert.True(writes >= 4, $"Only {writes} writes were reached");
    }

    [Fact]
    public async Task A_host_that_looks_for_news_gets_on_though_events_since_its_last_look_are_gone()
    {
        var place = (await engine.Serving.ReadNewPackageAdsAsync(null, Token)).Place;
        await engine.Catalog.AddAdAsync(Ad("gone"), Token);
        await engine.AppendAsync(Event("gone"), Event(day: -60), Event(day: -60, id: "old"), Event(package: "x"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("gone", Noon, Token);
        await engine.SweepAllAsync();
        await engine.RemoveOldAsync();
        Assert.Equal(1, (await engine.CountRawAsync()).Events);
        await engine.AppendAsync(Event(package: "y"));

        var news = await engine.Serving.ReadNewPackageAdsAsync(place, Token);

        Assert.Superset(new HashSet<string>(["x", "y"]), news.Sets.Select(set => set.Package).ToHashSet());
        Assert.True(news.Place!.Roll > place!.Roll);
    }

    [Fact]
    public async Task A_backup_during_which_a_day_is_removed_begins_again_and_is_whole()
    {
        await engine.AppendAsync(Event(day: -60, id: "old"), Event(id: "new"), Event(day: -50));
        await engine.RollAllAsync();
        engine.Clock.Advance(TimeSpan.FromHours(2));
        var folder = Directory.CreateTempSubdirectory("adserver-backups-");
        var file = Path.Combine(folder.FullName, "backup.zip");
        await using var target = new SqliteEngine();
        using var removal = engine.Faults.Next("find", "journal", async call =>
        {
            await engine.NewRetention().RemoveAllAsync(Token);
            return await call.ExecuteNowAsync();
        });

        var backup = (await BackupRun.BackUpAsync(engine, file)).Require();
        (await BackupRun.RestoreAsync(target, file)).Require();
        folder.Delete(recursive: true);

        Assert.Contains("Raw events of further days were removed meanwhile: beginning again.", backup.Text, StringComparison.Ordinal);
        Assert.Equal(await engine.ReadTotalAsync(), await target.ReadTotalAsync());
        Assert.Equal(Today.AddDays(-49), await target.Ledger.ReadRawSinceAsync(Token));
        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Duplicate], await target.AppendAsync(Event(id: "old"), Event(id: "new")));
        Assert.Empty(await target.VerifyAsync());
    }

    [Fact]
    public async Task A_host_that_slept_with_a_roll_in_its_memory_writes_no_forgotten_device_back()
    {
        await engine.AppendAsync(OfDevice(), OfDevice("e1", day: -1));
        var roll = await engine.Journal.NextRollAsync(10, Token);
        await using var past = await engine.Gateway.TakeSnapshotAsync(Token);
        await engine.Stats.ApplyAsync(roll!, Token);
        await EraseAsync();

        // It does not even hear that the roll was applied.
        using (engine.Faults.Next("find", "rolls", async call => await call.ExecuteAsync(call.Request, past)))
        {
            await engine.Stats.ApplyAsync(roll!, Token);
        }

        Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
        Assert.Equal(2, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task An_erasure_says_that_a_host_holds_answered_events_in_its_spool()
    {
        Assert.False((await engine.Devices.Erase(Device).StepAsync(Token)).AreSpooled);

        await engine.RunAsync(MongoWrites.Insert("spools", new BsonDocument { { "_id", "another host" }, { "turn", 1L }, { "events", 3L } }));

        Assert.True((await engine.Devices.Erase(Device).StepAsync(Token)).AreSpooled);
    }

    [Fact]
    public async Task What_was_committed_within_the_hour_is_not_removed_so_that_every_host_has_looked_at_it()
    {
        await engine.AppendAsync(Event(day: -60, id: "old"));
        await engine.RollAllAsync();

        await engine.NewRetention().RemoveAllAsync(Token);
        Assert.Equal(1, (await engine.CountRawAsync()).Events);
        await engine.RemoveOldAsync();

        Assert.Equal(0, (await engine.CountRawAsync()).Events);
    }

    [Fact]
    public async Task An_event_of_no_client_that_comes_again_from_a_spool_counts_once_though_it_was_removed()
    {
        var spooled = MongoEvents.Identify(Event(day: -60), Noon);
        await engine.AppendAsync(spooled);
        await engine.RollAllAsync();
        await engine.RemoveOldAsync();
        Assert.Equal(0, (await engine.CountRawAsync()).Events);

        Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(spooled));
        await engine.RollAllAsync();
        Assert.Equal(1, (await engine.ReadTotalAsync()).Events.Views);
    }

    [Fact]
    public async Task What_nobody_committed_is_not_removed_and_counts_when_it_comes_again()
    {
        using (engine.Faults.Every("insert", "journal", Fault.DropBefore))
        {
            await using var host = engine.Open(StorageAccess.Serve, new KeyValuePair<string, string?>("Storage:Deadline", "00:00:01"));
            await Assert.ThrowsAsync<StoreUnavailableException>(
                () => host.GetRequiredService<MongoEventJournal>().AppendAsync([Event(day: -60, id: "left") with { DeviceId = Device, UserAgent = Agent }], Token));
        }

        await engine.RemoveOldAsync();
        Assert.Equal(1, (await engine.CountRawAsync()).Events);
        await engine.Devices.Erase(Device).StepAsync(Token);
        Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));

        Assert.Equal([AppendOutcome.Stored], await engine.AppendAsync(Event(day: -60, id: "left")));
        await engine.RollAllAsync();
        Assert.Equal(1, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Whichever_read_comes_from_a_node_that_is_behind_nothing_is_lost_and_no_device_stays()
    {
        var reads = 0;
        for (var met = true; met && reads < MostReads; reads++)
        {
            await engine.AppendAsync(Event(day: reads - 900), OfDevice(), OfDevice($"e{reads}", day: reads - 900));
            await using var past = await engine.Gateway.TakeSnapshotAsync(Token);
            await engine.RollAllAsync();
            engine.Clock.Advance(TimeSpan.FromHours(2));
            using (var stale = engine.Faults.Next("find aggregate", null, async call => await call.ExecuteAsync(call.Request, past), skip: reads))
            {
                await EraseAsync();
                await engine.NewRetention().RemoveAllAsync(Token);
                met = stale.Count > 0;
            }

            Assert.Equal(0, await engine.CountDeviceAsync(Device, Agent));
            Assert.Empty(await engine.VerifyAsync(mostKeys: 1000));
            Assert.Equal(3 * (reads + 1), (await engine.ReadTotalAsync()).Events.Views);
        }

        Assert.True(reads > 15, $"Only {reads} reads were reached");
        await engine.RemoveOldAsync();
        Assert.Equal(reads, (await engine.CountRawAsync()).Events);
        Assert.Empty(await engine.VerifyAsync(mostKeys: 1000));
    }

    /// <summary>As whoever asks for it goes on: what a look took for not rolled up yet is done by the next one.</summary>
    private async Task EraseAsync()
    {
        var erasure = engine.Devices.Erase(Device);
        for (var looks = 0; (await erasure.StepAsync(Token)).Waiting > 0; looks++)
        {
            Assert.True(looks < 5, "The erasure does not come to an end");
        }
    }

    private static AdEvent OfDevice(string? id = null, int day = 0) => Event(id: id, day: day) with { DeviceId = Device, UserAgent = Agent };
}
