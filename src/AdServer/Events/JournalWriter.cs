using System.Collections.Concurrent;
using System.Threading.Channels;
using AdServer.Common;

namespace AdServer.Events;

/// <summary>
/// Gathers the events of concurrent requests, commits them as one batch and then answers all of them. While one batch is being
/// committed the next gathers, so batches grow with the load. A request that hangs up changes nothing: its events are committed.
/// </summary>
internal sealed partial class JournalWriter(
    IEventJournal journal, EventsSettings settings, EventMetrics metrics, TimeProvider clock, ILogger<JournalWriter> logger) : BackgroundService
{
    private const int MostPooled = 4096;
    private const int MostPooledEvents = 16;

    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(10);

    private readonly Channel<PendingAppend> queue =
        Channel.CreateUnbounded<PendingAppend>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ConcurrentQueue<PendingAppend> pool = new();
    private int waiting;
    private long refusedAt = long.MinValue;

    /// <summary>Called with the stored events of each batch once it is durable, before anybody is answered.</summary>
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
        if (Interlocked.Add(ref waiting, count) > settings.QueueCapacity || !queue.Writer.TryWrite(pending))
        {
            Interlocked.Add(ref waiting, -count);
            Interlocked.Exchange(ref refusedAt, clock.GetTimestamp());
            return ValueTask.FromResult(LogOutcome.QueueFull);
        }

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

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    /// <summary>Commits what is appended, batch by batch; ends when the writer was stopped and nothing waits.</summary>
    public async Task CommitAllAsync()
    {
        var requests = new List<PendingAppend>();
        var batch = new List<AdEvent>();

        // Ends when the queue is completed and empty: what was taken is committed, also while stopping.
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < settings.MaxBatch && queue.Reader.TryRead(out var pending))
            {
                requests.Add(pending);
                batch.AddRange(pending.Events);
            }

            await CommitAsync(requests, batch);
            Interlocked.Add(ref waiting, -batch.Count);
            requests.Clear();
            batch = [];
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveQueue(() => Waiting);
        return CommitAllAsync();
    }

    private async Task CommitAsync(List<PendingAppend> requests, List<AdEvent> batch)
    {
        if (batch.Count == 0)
        {
            // Nobody but those who wait for what was before them: nothing that the store could say anything about.
            Answer(requests, []);
            return;
        }

        try
        {
            var started = clock.GetTimestamp();
            DayClosing.Arrive(batch, clock.Now());
            var outcomes = await journal.AppendAsync(batch, CancellationToken.None);
            metrics.Committed(batch.Count, clock.GetElapsedTime(started));
            Outage.End();
            Publish(batch, outcomes);
            Answer(requests, outcomes);
        }
        catch (Exception fault)
        {
            Refuse(requests, fault);
        }
    }

    private void Refuse(List<PendingAppend> requests, Exception fault)
    {
        if (Outage.Begin(clock.Now(), fault) || fault is not StoreUnavailableException)
        {
            LogAppendFailed(fault);
        }

        foreach (var pending in requests)
        {
            pending.Fail(LogOutcome.StoreUnavailable);
        }
    }

    private static void Answer(List<PendingAppend> requests, AppendOutcome[] outcomes)
    {
        var done = 0;
        foreach (var pending in requests)
        {
            var count = pending.Events.Count;
            pending.Commit(outcomes.AsSpan(done, count));
            done += count;
        }
    }

    /// <summary>A subscriber that fails must not turn durable events into refused ones.</summary>
    private void Publish(List<AdEvent> batch, AppendOutcome[] outcomes)
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

    [LoggerMessage(LogLevel.Error, "A listener to committed events failed; the events are stored")]
    private partial void LogSubscriberFailed(Exception fault);
}
