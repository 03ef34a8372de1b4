using AdServer.Common;
using AdServer.Events;

namespace AdServer.Tests.Events;

/// <summary>
/// A journal that gathers, by hand: a test says when it comes to a batch, when that is durable, and when it fails.
/// <code>
/// var asked = journal.Asked[0];
/// Assert.Equal("ab", asked.Take());
/// asked.Commit();
/// </code>
/// </summary>
/// <param name="answers">How the batches are answered; at once unless it says otherwise.</param>
internal sealed class HandJournal(TaskCreationOptions answers = TaskCreationOptions.None) : IEventJournal
{
    private readonly Lock door = new();
    private readonly List<AskedBatch> asked = [];

    /// <summary>Told of each batch that is asked for.</summary>
    public Action<AskedBatch>? Arrived { get; set; }

    /// <summary>Whether it takes no more calls.</summary>
    public bool IsClosed { get; set; }

    public bool IsGathering { get; init; } = true;

    /// <summary>The batches that were asked for.</summary>
    public IReadOnlyList<AskedBatch> Asked
    {
        get
        {
            lock (door)
            {
                return [.. asked];
            }
        }
    }

    public static Exception Away => new StoreUnavailableException("The store is away");

    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation) =>
        AppendWaitingAsync(() => batch, cancellation);

    public Task<AppendOutcome[]> AppendWaitingAsync(Func<IReadOnlyList<AdEvent>> take, CancellationToken cancellation)
    {
        if (IsClosed)
        {
            throw Away;
        }

        var batch = new AskedBatch(take, answers);
        if (!IsGathering)
        {
            batch.Take();
        }

        lock (door)
        {
            asked.Add(batch);
        }

        Arrived?.Invoke(batch);
        return batch.Answer;
    }

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => Task.FromResult<Roll?>(null);

    public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => Task.FromResult(JournalLag.None);
}

/// <summary>A batch that was asked for.</summary>
/// <param name="take">Gives it.</param>
/// <param name="answers">How it is answered.</param>
internal sealed class AskedBatch(Func<IReadOnlyList<AdEvent>> take, TaskCreationOptions answers)
{
    private readonly TaskCompletionSource<AppendOutcome[]> answer = new(answers);

    public Task<AppendOutcome[]> Answer => answer.Task;

    public IReadOnlyList<AdEvent> Events { get; private set; } = [];

    /// <summary>Takes it; says the identities of its events, one after the other.</summary>
    public string Take()
    {
        Events = take();
        return string.Concat(Events.Select(one => one.EventId));
    }

    public void Commit() => answer.SetResult(new AppendOutcome[Events.Count]);

    public void Fail() => answer.SetException(HandJournal.Away);
}
