using AdServer.Common;
using AdServer.Events;
using AdServer.Storage.Mongo;
using AdServer.StorageTests.Spool;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>What a host finds that another one left, or that was carried out late.</summary>
public sealed class MongoLateTests
{
    [Fact]
    public async Task An_event_that_a_host_with_a_clock_ahead_left_is_taken_over_within_the_deadline()
    {
        var (server, ahead) = (new PlainServer { FallsSilentAfter = MongoEvents.Collection }, new ManualClock());
        ahead.Advance(TimeSpan.FromDays(3));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => JournalOf(server, ahead).AppendAsync([Event(id: "e1")], Token));
        server.IsAway = false;

        Assert.Equal([AppendOutcome.Stored], await JournalOf(server, new ManualClock()).AppendAsync([Event(id: "e1")], Token));
    }

    [Fact]
    public async Task A_roll_without_events_is_applied_too()
    {
        var (server, clock) = (new PlainServer(), new ManualClock());
        var journal = JournalOf(server, clock);
        await journal.AppendAsync([Event(id: "e1")], Token);
        var stats = new MongoStatsStore(CommandsOf(server), clock, new MongoSpools(CommandsOf(server), own: null));
        var first = (await journal.NextRollAsync(10, Token))!;
        await stats.ApplyAsync(first, Token);
        await CloseAgainAsync(server, first.Number);

        Assert.True((await journal.ReadLagAsync(Token)).HasOpenRoll);
        var second = (await journal.NextRollAsync(10, Token))!;
        await stats.ApplyAsync(second, Token);

        Assert.Empty(second.Events);
        Assert.Equal(new JournalLag(2, 0, null), await journal.ReadLagAsync(Token));
    }

    private static async Task CloseAgainAsync(PlainServer server, long number)
    {
        var again = server.List(MongoRolls.Collection)[0].DeepClone().AsBsonDocument.Set("_id", number + 1).Set("applied", false);
        await CommandsOf(server).InsertAsync(MongoRolls.Collection, [again], 1, Token);
    }

    private static MongoEventJournal JournalOf(PlainServer server, TimeProvider clock) => new(CommandsOf(server), clock);

    private static MongoRetry CommandsOf(PlainServer server) => new(server, TimeProvider.System, TimeSpan.FromSeconds(1), MongoChance.Next);
}
