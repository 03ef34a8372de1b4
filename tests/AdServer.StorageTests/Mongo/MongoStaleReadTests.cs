using AdServer.StorageTests.Mongo.Wire;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>A replica set of which a member lags behind and answers a read now and then: each read that decides is once answered by it.</summary>
public sealed class MongoStaleReadTests : IAsyncDisposable
{
    private readonly EventStory story = new();
    private Snapshot? past;

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        await story.DisposeAsync();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    [InlineData(false, 3)]
    public async Task Whichever_read_comes_from_a_node_that_is_behind_each_event_counts_once(bool isBeforeAllEvents, int inARow)
    {
        var reads = await story.TellAllAsync(
            async read =>
            {
                await ForgetAsync();
                await (isBeforeAllEvents ? RememberAsync() : Task.CompletedTask);
                return [.. Enumerable.Range(0, inARow).Select(_ => story.Engine.Faults.Next("find aggregate", null, ReadPastAsync, skip: read))];
            },
            beforeRoll: () => past is null ? RememberAsync() : Task.CompletedTask);

        Assert.Empty(story.Faults);
        Assert.True(reads > 20, $"Only {reads} reads were reached.");
        Assert.Empty(await story.Engine.VerifyAsync());
    }

    /// <summary>From here on the node falls behind; before that it follows.</summary>
    private async Task RememberAsync() => past = await story.Engine.Gateway.TakeSnapshotAsync(Token);

    private async Task ForgetAsync()
    {
        await (past?.DisposeAsync() ?? ValueTask.CompletedTask);
        past = null;
    }

    private async Task<byte[]?> ReadPastAsync(Call call) => await call.ExecuteAsync(call.Request, past);
}
