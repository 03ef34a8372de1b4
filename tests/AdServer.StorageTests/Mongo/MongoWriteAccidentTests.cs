using AdServer.StorageTests.Mongo.Wire;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>Each write of appends and rolls has each accident that a write can have.</summary>
public sealed class MongoWriteAccidentTests : IAsyncDisposable
{
    private const int NotPrimary = 10107;
    private const int ShuttingDown = 91;
    private const int WriteConflict = 112;
    private const int WriteConcernTimeout = 64;

    private readonly EventStory story = new();

    public ValueTask DisposeAsync() => story.DisposeAsync();

    public static TheoryData<string> Accidents => [.. ByName.Keys];

    private static Dictionary<string, Accident> ByName { get; } = new()
    {
        ["the connection breaks before"] = Fault.DropBefore,
        ["the connection breaks after"] = Fault.DropAfter,
        ["the connection breaks amid"] = async call => call.Request.Name == "insert" ? await Fault.DropAmid(1)(call) : await Fault.DropAfter(call),
        ["not the primary any more"] = Fault.Answer(NotPrimary),
        ["not the primary any more, but done"] = Fault.AnswerAfter(NotPrimary),
        ["shutting down"] = Fault.Answer(ShuttingDown),
        ["shutting down, but done"] = Fault.AnswerAfter(ShuttingDown),
        ["a conflict"] = Fault.Answer(WriteConflict),
        ["no majority has it yet"] = Fault.WriteConcern(WriteConcernTimeout),
    };

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task Whichever_write_it_happens_to_each_event_counts_once(string accident)
    {
        var writes = await story.TellAllAsync(write =>
            Task.FromResult<IReadOnlyList<FaultRule>>([story.Engine.Faults.Next("insert update delete", null, ByName[accident], skip: write)]));

        Assert.Empty(story.Faults);
        Assert.True(writes > 15, $"Only {writes} writes were reached.");
        Assert.Empty(await story.Engine.VerifyAsync());
    }
}
