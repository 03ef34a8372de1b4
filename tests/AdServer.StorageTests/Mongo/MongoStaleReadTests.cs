using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>
/// Two hosts append, settle, seal, roll up and read on a replica set of which a member lags behind. The same story is told again and again: each
/// time another one of its reads is answered by that member, until every read has been.
/// </summary>
public sealed class MongoStaleReadTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();
    private readonly ServiceProvider other;
    private readonly List<string> faults = [];

    public MongoStaleReadTests() => other = engine.Open(StorageAccess.Serve);

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await other.OpenStorageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData(Moment.BeforeTheFirstAppend, 1)]
    [InlineData(Moment.BeforeTheFirstRoll, 1)]
    [InlineData(Moment.BeforeTheFirstAppend, 3)]
    [InlineData(Moment.BeforeTheFirstRoll, 3)]
    public async Task Whichever_read_comes_from_a_node_that_is_behind_each_event_counts_once(Moment moment, int inARow)
    {
        await engine.Catalog.AddPerformerAsync(Performer(), Token);
        var reads = 0;
        while (await TellAsync(reads, moment, inARow))
        {
            reads++;
        }

        Assert.Empty(faults);
        Assert.True(reads > 20, $"Only {reads} reads were reached.");
        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>Tells the story with stale answers from one of its reads on; says whether there was such a read.</summary>
    private async Task<bool> TellAsync(int read, Moment moment, int inARow)
    {
        var adId = $"a{read}";
        await engine.Catalog.AddAdAsync(Ad(adId), Token);
        var stale = new List<FaultRule>();
        await using var past = new Past(engine.Gateway, moment);

        await past.PassAsync(Moment.BeforeTheFirstAppend);
        stale.AddRange(Lag(past, read, inARow));
        Expect(adId, "S,S", await engine.AppendAsync(Event(adId, id: $"{adId}-1"), Event(adId, EventType.Exit)));
        await past.PassAsync(Moment.BeforeTheFirstRoll);
        await RollOneAsync(other);
        Expect(adId, "D,S", await AppendAsync(other, Event(adId, id: $"{adId}-1"), Event(adId, EventType.Click, id: $"{adId}-2")));
        Expect(adId, "D,D,S", await engine.AppendAsync(
            Event(adId, EventType.Click, id: $"{adId}-2"), Event(adId, id: $"{adId}-1"), Event(adId, EventType.Skip, id: $"{adId}-3")));
        await engine.RollAllAsync();
        await RollOneAsync(other);
        var happened = stale.Sum(rule => rule.Count);
        stale.ForEach(rule => rule.Dispose());

        await engine.RollAllAsync();
        var total = await engine.ReadTotalAsync(new StatsQuery { AdId = adId });
        if (total.Events.Events != 4)
        {
            faults.Add($"{adId}: {total.Events.Events} events of 4");
        }

        return happened > 0;
    }

    private IEnumerable<FaultRule> Lag(Past past, int skip, int inARow) =>
        Enumerable.Range(0, inARow).Select(_ => engine.Faults.Next("find aggregate", null, past.ReadAsync, skip));

    private void Expect(string story, string expected, AppendOutcome[] outcomes)
    {
        var text = string.Join(',', outcomes.Select(outcome => $"{outcome}"[..1]));
        if (text != expected)
        {
            faults.Add($"{story}: {text} for {expected}");
        }
    }

    private static Task<AppendOutcome[]> AppendAsync(ServiceProvider host, params AdEvent[] batch) =>
        host.GetRequiredService<IEventJournal>().AppendAsync(batch, Token);

    private static async Task RollOneAsync(ServiceProvider host)
    {
        if (await host.GetRequiredService<IEventJournal>().NextRollAsync(10, Token) is { } roll)
        {
            await host.GetRequiredService<IStatsStore>().ApplyAsync(roll, Token);
        }
    }

    /// <summary>When the node that lags behind stopped following.</summary>
    public enum Moment
    {
        BeforeTheFirstAppend,
        BeforeTheFirstRoll,
    }

    /// <summary>The lagging member: follows until its moment.</summary>
    private sealed class Past(MongoGateway gateway, Moment moment) : IAsyncDisposable
    {
        private Snapshot? snapshot;

        public async Task PassAsync(Moment now) => snapshot ??= now == moment ? await gateway.TakeSnapshotAsync(Token) : null;

        /// <summary>A read that it answers.</summary>
        public async Task<byte[]?> ReadAsync(Call call) => await call.ExecuteAsync(call.Request, snapshot);

        public ValueTask DisposeAsync() => snapshot?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
