using AdServer.StorageTests.Mongo.ModelEngine;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>The heart: whatever happens at whatever step of whatever host, each event counts once and none is lost.</summary>
public sealed class ExactlyOnceTests
{
    /// <summary>Worlds per run. A fault names its seed.</summary>
    private const int Seeds = 60;

    public static TheoryData<int> Firsts => [.. Enumerable.Range(0, 5).Select(part => part * Seeds)];

    [Theory]
    [MemberData(nameof(Firsts))]
    public Task Each_event_counts_once_whatever_happens_at_whatever_step(int first) => Task.Run(
        async () =>
        {
            for (var seed = first; seed < first + Seeds; seed++)
            {
                Assert.Empty((await new ModelWorld(seed).RunAsync()).Select(fault => $"seed {seed}: {fault}"));
            }
        },
        TestContext.Current.CancellationToken);
}
