using System.Threading.Channels;

namespace AdServer.Events;

/// <summary>
/// What waits to be taken into a batch, and whether somebody has asked for that batch. Batches are filled one at a time, in the order in
/// which requests came.
/// </summary>
/// <param name="mostEvents">About how many events a batch has; those of a request are never split.</param>
internal sealed class JournalQueue(int mostEvents)
{
    private readonly Channel<PendingAppend> waiting =
        Channel.CreateUnbounded<PendingAppend>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Held by whoever looks at what waits: two batches must not share it, nor be answered out of their order.</summary>
    private readonly Lock door = new();

    private Task newestAnswered = Task.CompletedTask;
    private int newestSize;
    private int asked;

    /// <summary>Whether something waits.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (door)
            {
                return waiting.Reader.TryPeek(out _);
            }
        }
    }

    /// <summary>Adds a request, unless the queue is closed. Then somebody has to ask for a batch.</summary>
    public bool TryAdd(PendingAppend pending) => waiting.Writer.TryWrite(pending);

    /// <summary>Whether nobody has asked for the next batch, so that the caller does.</summary>
    public bool TryAsk() => Interlocked.Exchange(ref asked, 1) == 0;

    /// <summary>From now on the next batch is to be asked for again. To be called before a look at what waits: who comes after it asks.</summary>
    public void EndAsking() => Interlocked.Exchange(ref asked, 0);

    /// <summary>A batch that has room for as many events as the last one.</summary>
    public JournalBatch NewBatch() => new(Volatile.Read(ref newestSize));

    /// <summary>Moves what waits into a batch, which is to be answered after those that were filled before; says whether more waits.</summary>
    public bool Fill(JournalBatch batch, long now)
    {
        lock (door)
        {
            batch.Begin(now, newestAnswered);
            newestAnswered = batch.Answered;
            while (batch.Events.Count < mostEvents && waiting.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }

            Volatile.Write(ref newestSize, batch.Events.Count);
            return waiting.Reader.TryPeek(out _);
        }
    }

    /// <summary>Takes nothing more in; completes when all that was taken in is answered.</summary>
    public async Task CloseAsync()
    {
        waiting.Writer.TryComplete();
        await waiting.Reader.Completion;
        Task answered;
        lock (door)
        {
            answered = newestAnswered;
        }

        await answered;
    }
}
