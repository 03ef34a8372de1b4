using AdServer.Events;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Backups;

/// <summary>A host that appends batches of events with identities, and rolls up now and then.</summary>
internal sealed class BackupLoad(TestEngine engine)
{
    public const int BatchSize = 3;

    private readonly List<int> answered = [];

    /// <summary>The batches that are committed, in their order.</summary>
    public IReadOnlyList<int> Answered => [.. answered];

    public bool IsMine(string id) => id.StartsWith("load-", StringComparison.Ordinal);

    public int BatchOf(string id) => int.Parse(id.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Appends so many more batches, or until it is told to end.</summary>
    public async Task RunAsync(int batches, CancellationToken end)
    {
        for (var done = 0; done < batches && !end.IsCancellationRequested; done++)
        {
            var number = answered.Count;
            await engine.AppendAsync(Batch(number));
            answered.Add(number);
            if (number % 7 == 0)
            {
                await engine.RollAllAsync(30);
            }

            // So that the test goes on where an engine answers at once.
            await Task.Yield();
        }
    }

    /// <summary>Appends all batches to another store; says how many were new to it.</summary>
    public async Task<int> SendAgainAsync(TestEngine other)
    {
        var fresh = 0;
        foreach (var number in answered)
        {
            var outcomes = await other.AppendAsync(Batch(number));
            fresh += outcomes.All(outcome => outcome == AppendOutcome.Stored) ? 1 : 0;
        }

        return fresh;
    }

    private static AdEvent[] Batch(int number) =>
        [.. Enumerable.Range(0, BatchSize).Select(place => Event("plain", (EventType)(number % 4), $"load-{number}-{place}", $"app{number % 5}", -number % 3))];
}
