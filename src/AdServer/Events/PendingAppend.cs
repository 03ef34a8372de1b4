using System.Threading.Tasks.Sources;

namespace AdServer.Events;

/// <summary>
/// The events of one request that wait for their commit, and the request that waits for them. Pooled with its completion source, so
/// that a waiting event costs no task of its own.
/// </summary>
internal sealed class PendingAppend : IValueTaskSource<LogOutcome>
{
    private readonly List<AdEvent> events = [];
    private readonly List<AppendOutcome> outcomes = [];

    private ManualResetValueTaskSourceCore<LogOutcome> source = new() { RunContinuationsAsynchronously = true };

    public IReadOnlyList<AdEvent> Events => events;

    /// <summary>What became of each event, in their order; complete when the outcome is <see cref="LogOutcome.Committed"/>.</summary>
    public IReadOnlyList<AppendOutcome> Outcomes => outcomes;

    /// <summary>Completes when the events are durable, or cannot be. To be awaited once.</summary>
    public ValueTask<LogOutcome> Completion => new(this, source.Version);

    /// <summary>
    /// Whether whoever waits goes on in the pool, and not where the batch is answered, before the next of the batch hears of it. To be set before it waits.
    /// </summary>
    public bool GoesOnInPool
    {
        set => source.RunContinuationsAsynchronously = value;
    }

    public void Add(AdEvent one) => events.Add(one);

    public void Replace(int place, AdEvent one) => events[place] = one;

    /// <summary>Makes it ready for the next request.</summary>
    public void Reset()
    {
        events.Clear();
        outcomes.Clear();
        source.Reset();
    }

    /// <summary>Answers: everything is durable, and this became of the events.</summary>
    public void Commit(ReadOnlySpan<AppendOutcome> own)
    {
        outcomes.AddRange(own);
        source.SetResult(LogOutcome.Committed);
    }

    /// <summary>Answers: nothing of it is stored.</summary>
    public void Fail(LogOutcome outcome) => source.SetResult(outcome);

    LogOutcome IValueTaskSource<LogOutcome>.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<LogOutcome>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<LogOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}

/// <summary>What became of a request's events together.</summary>
internal enum LogOutcome
{
    /// <summary>Durable; each is stored or a duplicate.</summary>
    Committed,

    /// <summary>Too many are waiting, or the host is stopping: none was taken.</summary>
    QueueFull,

    /// <summary>The store could not take them.</summary>
    StoreUnavailable,
}
