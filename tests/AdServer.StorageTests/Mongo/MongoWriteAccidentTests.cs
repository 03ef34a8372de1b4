using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>Each write of appends and rolls has each accident that a write can have.</summary>
public sealed class MongoWriteAccidentTests : IAsyncDisposable
{
    private readonly EventStory story = new();

    public ValueTask DisposeAsync() => story.DisposeAsync();

    public static TheoryData<string> Accidents => WriteAccidents.Names;

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task Whichever_write_it_happens_to_each_event_counts_once(string accident)
    {
        var writes = await story.TellAllAsync(write => Task.FromResult(WriteAccidents.Prepare(story.Engine.Faults, accident, write)));

        Assert.Empty(story.Faults);
        Assert.True(writes > 15, $"Only {writes} writes were reached.");
        Assert.Empty(await story.Engine.VerifyAsync());
    }
}
