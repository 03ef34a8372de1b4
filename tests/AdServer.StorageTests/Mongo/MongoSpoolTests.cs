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

/// <summary>A host with a spool on the engine: whatever breaks for longer than the deadline, each event counts once.</summary>
public sealed class MongoSpoolTests : IAsyncDisposable
{
    private readonly MongoEngine engine = new();
    private readonly ServiceProvider host;

    public MongoSpoolTests() => host = engine.Open(StorageAccess.Serve, new KeyValuePair<string, string?>("Storage:Deadline", "00:00:01"));

    private SqliteSpool Spool => host.GetRequiredService<SqliteSpool>();

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await engine.DisposeAsync();
    }

    /// <summary>What breaks: a command on a collection, before it is carried out or after.</summary>
    public static TheoryData<string, string, bool> Breaks => new()
    {
        { "insert", "ad_events", false }, { "insert", "ad_events", true },
        { "insert", "journal", false }, { "insert", "journal", true },
        { "find", "ad_events", false }, { "find", "journal", false },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task Connections_that_break_for_longer_than_the_deadline_lose_and_double_nothing(string command, string collection, bool isCarriedOut)
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(id: "known"));

        using (engine.Faults.Every(command, collection, isCarriedOut ? Fault.DropAfter : Fault.DropBefore))
        {
            await AppendAsync(Event(id: "known"), Event(id: "new"), Event());
            await AppendAsync(Event(id: "new"), Event());
        }

        // A batch that its host gave up is sealed when it is a few seconds old.
        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.GetRequiredService<SpoolDrainService>().DrainAsync(Token);
        await AppendAsync(Event(id: "known"), Event(id: "new"));
        await engine.RollAllAsync();

        Assert.True(Spool.IsEmpty);
        Assert.Equal(4, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_drain_whose_append_is_not_answered_doubles_nothing_also_when_the_host_is_another_process_by_then()
    {
        await engine.AddAdsAsync("p1", "a1");
        using (engine.Faults.Every("insert", "ad_events", Fault.DropBefore))
        {
            await AppendAsync(Event(id: "a"), Event());
        }

        using (engine.Faults.Every("insert", "journal", Fault.DropAfter))
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => host.GetRequiredService<SpoolDrainService>().DrainAsync(Token));
        }

        Assert.Equal(2, Spool.State.Events);
        var path = Spool.Path;
        await host.DisposeAsync();
        await using var next = engine.Open(StorageAccess.Serve, new KeyValuePair<string, string?>("Storage:SpoolPath", path));
        Assert.False((await next.GetRequiredService<IStatsStore>().ReadAsync(new StatsQuery(), Token)).IsComplete);
        await next.GetRequiredService<SpoolDrainService>().DrainAsync(Token);

        var view = await next.GetRequiredService<IStatsStore>().ReadAsync(new StatsQuery(), Token);
        Assert.Equal((2, true), (view.Total.Events.Views, view.IsComplete));
    }

    [Fact]
    public async Task Events_whose_ad_was_removed_meanwhile_are_appended_and_swept()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        using (engine.Faults.Every("insert", "ad_events", Fault.DropBefore))
        {
            await AppendAsync(Event("a1", id: "gone"), Event("a2"));
        }

        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        await engine.SweepAllAsync();
        await host.GetRequiredService<SpoolDrainService>().DrainAsync(Token);
        await engine.RollAllAsync();
        await engine.SweepAllAsync();

        Assert.Equal(1, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Equal(0, await engine.CountTracesAsync("a1"));
        Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Event("a2", id: "gone")));
        Assert.Empty(await engine.VerifyAsync());
    }

    private Task<AppendOutcome[]> AppendAsync(params AdEvent[] events) => host.GetRequiredService<IEventJournal>().AppendAsync(events, Token);
}
