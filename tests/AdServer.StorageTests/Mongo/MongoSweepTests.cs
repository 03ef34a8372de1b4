using AdServer.Catalog;
using AdServer.Events;
using AdServer.StorageTests.Mongo.Wire;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>What a removed ad left behind goes for good (law 6), also where a member of the replica set lags behind.</summary>
public sealed class MongoSweepTests : IAsyncDisposable
{
    private readonly MongoEngine engine = new();
    private Snapshot? past;

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 100)]
    [InlineData(true, 100)]
    public async Task Whichever_read_comes_from_a_node_that_is_behind_nothing_of_a_removed_ad_stays(bool isBeforeRemoval, int inARow)
    {
        await engine.OpenAsync();
        await engine.Catalog.AddPerformerAsync(Performer(), Token);
        int number, met;
        for ((number, met) = (0, 1); met > 0; number++)
        {
            await ForgetAsync();
            var adId = $"a{number}";
            await engine.Catalog.AddAdAsync(Ad(adId), Token);
            await (isBeforeRemoval ? Task.CompletedTask : RememberAsync());
            await engine.AppendAsync(Event(adId, id: $"{adId}-1"), Event(adId, EventType.Exit));
            await engine.RollAllAsync();
            await engine.Serving.ReplaceDeliveriesAsync($"process {number}", [new(adId, Today, 5)], [], Token);
            await (isBeforeRemoval ? RememberAsync() : Task.CompletedTask);

            // An event that was on its way is rolled up after the removal.
            await engine.AppendAsync(Event(adId, EventType.Click));
            Assert.Equal(ChangeOutcome.Done, await engine.Catalog.RemoveAdAsync(adId, Noon, Token));
            var stale = Enumerable.Range(0, inARow).Select(_ => engine.Faults.Next("find aggregate", null, ReadPastAsync, skip: number)).ToList();
            await engine.RollAllAsync();
            await SweepAsync();
            met = stale.Sum(rule => rule.Count);
            stale.ForEach(rule => rule.Dispose());
            await engine.RollAllAsync();
            await SweepAsync();

            Assert.True(await engine.CountTracesAsync(adId) == 0, $"Read {number} came from the past, and left traces");
        }

        Assert.True(number > 10, $"Only {number} reads were reached");
    }

    private async Task SweepAsync()
    {
        for (var slices = 0; await engine.Sweep.SweepRemovedAsync(100, Token); slices++)
        {
            Assert.True(slices < 500, "The sweep never ends");
        }
    }

    private async Task RememberAsync() => past = await engine.Gateway.TakeSnapshotAsync(Token);

    private async Task ForgetAsync()
    {
        await (past?.DisposeAsync() ?? ValueTask.CompletedTask);
        past = null;
    }

    private async Task<byte[]?> ReadPastAsync(Call call) => await call.ExecuteAsync(call.Request, past);
}
