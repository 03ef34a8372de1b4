namespace AdServer.Events;

/// <summary>Events that are committed together, and the requests that wait for them. It was asked for before it is known what will be in it.</summary>
/// <param name="room">About how many events there will be.</param>
internal sealed class JournalBatch(int room)
{
    private readonly List<PendingAppend> requests = new(room);
    private readonly List<AdEvent> events = new(room);
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<AdEvent> Events => events;

    /// <summary>Whether what waited was taken into it. Later events are of other batches.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>The timestamp of then.</summary>
    public long TakenAt { get; private set; }

    /// <summary>Completes when the batch that was taken before is answered.</summary>
    public Task Before { get; private set; } = Task.CompletedTask;

    /// <summary>Completes when this batch is answered; does not fail.</summary>
    public Task Answered => answered.Task;

    /// <summary>Begins to take.</summary>
    /// <exception cref="InvalidOperationException">It was taken before: its events may be durable already.</exception>
    public void Begin(long at, Task before)
    {
        if (IsTaken)
        {
            throw new InvalidOperationException("A batch is taken once");
        }

        (IsTaken, TakenAt, Before) = (true, at, before);
    }

    public void Add(PendingAppend pending)
    {
        requests.Add(pending);
        events.AddRange(pending.Events);
    }

    /// <summary>Lets events that waited long arrive now.</summary>
    public void Arrive(DateTimeOffset at) => DayClosing.Arrive(events, at);

    /// <summary>Answers each request, and then whoever waits for the batch.</summary>
    /// <param name="outcomes">What became of the events, in their order; if it is not of each of them, nothing of the batch is stored.</param>
    public void Answer(AppendOutcome[]? outcomes)
    {
        var isStored = outcomes?.Length == events.Count;
        var done = 0;
        try
        {
            foreach (var pending in requests)
            {
                // Once it is answered, the next request may fill it.
                var count = pending.Events.Count;
                if (isStored)
                {
                    pending.Commit(outcomes.AsSpan(done, count));
                }
                else
                {
                    pending.Fail(LogOutcome.StoreUnavailable);
                }

                done += count;
            }
        }
        finally
        {
            answered.SetResult();
        }
    }
}
