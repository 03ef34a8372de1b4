namespace AdServer.Storage.Sqlite;

/// <summary>
/// The one thread that tells those who wait for their events what became of them, while the writer goes on to the next ones. What they do then runs
/// on it, one after the other: waking threads of the pool for a few microseconds' work each took more than the work, and processors from the writer.
/// Whoever has more to do goes on in the pool.
/// </summary>
internal sealed class SqliteAnswers : IDisposable
{
    private readonly Queue<Action> waiting = [];
    private Thread? thread;
    private bool closing;

    /// <summary>Queues an answer, behind those that were queued before.</summary>
    public void Post(Action answer)
    {
        lock (waiting)
        {
            waiting.Enqueue(answer);
            thread ??= StartThread();
            Monitor.Pulse(waiting);
        }
    }

    /// <summary>Gives what is queued, and ends. To be called when nothing more is posted.</summary>
    public void Dispose()
    {
        lock (waiting)
        {
            closing = true;
            Monitor.Pulse(waiting);
        }

        // Whoever closes the store may have been answered here.
        if (thread != Thread.CurrentThread)
        {
            thread?.Join();
        }
    }

    private Thread StartThread()
    {
        var started = new Thread(Work) { IsBackground = true, Name = "SQLite answers" };
        // What the first caller carries along, its trace and its log scope, is not the others'.
        started.UnsafeStart();
        return started;
    }

    private void Work()
    {
        while (Next() is { } answer)
        {
            answer();
        }
    }

    private Action? Next()
    {
        lock (waiting)
        {
            while (waiting.Count == 0)
            {
                if (closing)
                {
                    return null;
                }

                Monitor.Wait(waiting);
            }

            return waiting.Dequeue();
        }
    }
}
