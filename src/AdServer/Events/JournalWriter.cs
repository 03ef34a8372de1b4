using System.Collections.Concurrent;
using AdServer.Common;

namespace AdServer.Events;

/// <summary>
/// Gathers the events of concurrent requests, has them committed as one batch and then answers all of them. While one batch is being
/// committed the next gathers, so batches grow with the load. A request that hangs up changes nothing: its events are committed.
/// At most one batch is asked for and not taken: a journal that gathers has two at a time, the one it commits and the one it will take next.
/// </summary>
internal sealed partial class JournalWriter(
    IEventJournal journal, EventsSettings settings, EventMetrics metrics, TimeProvider clock, ILogger<JournalWriter> logger) : IHostedService
{
    private const int MostPooled = 4096;
    private const int MostPooledEvents = 16;

    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(10);

    private readonly JournalQueue queue = new(settings.MaxBatch);
    private readonly ConcurrentQueue<PendingAppend> pool = new();
    private int waiting;
    private long refusedAt = long.MinValue;

    /// <summary>
    /// Called with the stored events of each batch once it is durable, before anybody is answered: one call at a time, in the order of the commits.
    /// </summary>
    public event Action<IReadOnlyList<AdEvent>>? Committed;

    /// <summary>Events that wait for their commit.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Whether events were refused within the last seconds because too many waited. A full queue empties in a blink and fills again.</summary>
    public bool IsFull => Interlocked.Read(ref refusedAt) is var at && at != long.MinValue && clock.GetElapsedTime(at) < FullFor;

    /// <summary>Whether commits are failing.</summary>
    public Outage Outage { get; } = new();

    /// <summary>An empty set of events for a request to fill; to be given back with <see cref="Return"/>.</summary>
    public PendingAppend Rent() => pool.TryDequeue(out var pending) ? pending : new PendingAppend();

    public void Return(PendingAppend pending)
    {
        // One that held a batch keeps room for a batch: not worth keeping for single events.
        var isSmall = pending.Events.Count <= MostPooledEvents;
        pending.Reset();
        if (isSmall && pool.Count < MostPooled)
        {
            pool.Enqueue(pending);
        }
    }

    /// <summary>Completes when the events are durable or cannot be.</summary>
    public ValueTask<LogOutcome> AppendAsync(PendingAppend pending)
    {
        var count = pending.Events.Count;
        // An engine that gathers has a thread for the answers, for which a single event's is less work than handing it to the pool.
        pending.GoesOnInPool = !journal.IsGathering || count != 1;
        if (Interlocked.Add(ref waiting, count) > settings.QueueCapacity || !queue.TryAdd(pending))
        {
            Interlocked.Add(ref waiting, -count);
            Interlocked.Exchange(ref refusedAt, clock.GetTimestamp());
            return ValueTask.FromResult(LogOutcome.QueueFull);
        }

        Ask();
        return pending.Completion;
    }

    /// <summary>Completes when all that was appended before is durable or cannot be.</summary>
    public async ValueTask<LogOutcome> FlushAsync()
    {
        var nothing = Rent();
        var outcome = await AppendAsync(nothing);
        Return(nothing);
        return outcome;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.ObserveQueue(() => Waiting);
        return Task.CompletedTask;
    }

    /// <summary>Takes nothing more in; completes when all that was taken in is answered, or when the host waits no longer.</summary>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await queue.CloseAsync().WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>Asks the journal to commit what waits, unless it was asked and did not come to it yet.</summary>
    private void Ask()
    {
        if (!queue.TryAsk())
        {
            return;
        }

        // What a request carries along, its trace and its log scope, is not its batch's.
        using AsyncFlowControl? bare = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _ = CommitAsync();
    }

    /// <summary>Commits what waits, and then what waits by then unless others have asked for it. A loop: a journal may answer at once.</summary>
    private async Task CommitAsync()
    {
        do
        {
            try
            {
                await CommitAsync(queue.NewBatch());
            }
            finally
            {
                if (!journal.IsGathering)
                {
                    queue.EndAsking();
                }
            }
        }
        while (queue.IsAwaited && queue.TryAsk());
    }

    private async Task CommitAsync(JournalBatch batch)
    {
        AppendOutcome[]? outcomes = null;
        Exception? fault = null;
        try
        {
            outcomes = await journal.AppendWaitingAsync(() => Take(batch), CancellationToken.None);
        }
        catch (Exception failed)
        {
            fault = failed;
        }

        if (!batch.IsTaken)
        {
            // The journal failed before: what waits now has nobody else who would answer it.
            Fill(batch);
        }

        var time = clock.GetElapsedTime(batch.TakenAt);
        await batch.Before;
        Interlocked.Add(ref waiting, -batch.Events.Count);
        if (batch.Events.Count == 0)
        {
            // Nobody but those who wait for what was before them: nothing that the store could say anything about.
            batch.Answer([]);
            return;
        }

        try
        {
            Tell(batch.Events, outcomes, time, fault);
        }
        catch (Exception failed)
        {
            // Whoever watches must not keep the next events from being committed.
            LogWatcherFailed(failed);
        }
        finally
        {
            batch.Answer(outcomes);
        }
    }

    /// <summary>Called by the journal when it begins to write.</summary>
    private IReadOnlyList<AdEvent> Take(JournalBatch batch)
    {
        if (Fill(batch) && journal.IsGathering)
        {
            Ask();
        }

        batch.Arrive(clock.Now());
        return batch.Events;
    }

    private bool Fill(JournalBatch batch)
    {
        if (journal.IsGathering)
        {
            queue.EndAsking();
        }

        return queue.Fill(batch, clock.GetTimestamp());
    }

    /// <summary>Tells those who watch what became of a batch, before its requests hear of it.</summary>
    private void Tell(IReadOnlyList<AdEvent> batch, AppendOutcome[]? outcomes, TimeSpan time, Exception? fault)
    {
        if (outcomes?.Length == batch.Count)
        {
            metrics.Committed(batch.Count, time);
            Outage.End();
            Publish(batch, outcomes);
            return;
        }

        fault ??= new InvalidOperationException($"{outcomes?.Length} outcomes of {batch.Count} events");
        if (Outage.Begin(clock.Now(), fault) || fault is not StoreUnavailableException)
        {
            LogAppendFailed(fault);
        }
    }

    /// <summary>A subscriber that fails must not turn durable events into refused ones.</summary>
    private void Publish(IReadOnlyList<AdEvent> batch, AppendOutcome[] outcomes)
    {
        var stored = Array.TrueForAll(outcomes, outcome => outcome == AppendOutcome.Stored)
            ? batch
            : batch.Where((_, place) => outcomes[place] == AppendOutcome.Stored).ToList();
        try
        {
            Committed?.Invoke(stored);
        }
        catch (Exception fault)
        {
            LogSubscriberFailed(fault);
        }
    }

    [LoggerMessage(LogLevel.Error, "Events cannot be stored and are answered 503 until this is over")]
    private partial void LogAppendFailed(Exception fault);

    [LoggerMessage(LogLevel.Error, "What became of events could not be told to those who watch; the events are answered")]
    private partial void LogWatcherFailed(Exception fault);

    [LoggerMessage(LogLevel.Error, "A listener to committed events failed; the events are stored")]
    private partial void LogSubscriberFailed(Exception fault);
}
