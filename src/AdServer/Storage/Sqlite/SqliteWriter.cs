using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>How soon a write is wanted.</summary>
internal enum SqliteLane
{
    /// <summary>Somebody waits for the answer: management.</summary>
    Urgent,

    /// <summary>Many wait for the answer: events. As urgent, but answered by <see cref="SqliteAnswers"/>: who waits goes on there, and may not block.</summary>
    Events,

    /// <summary>Nobody waits: sweeps, delivery counts.</summary>
    Background,

    /// <summary>Nobody waits: rolls. In the background, but first when they fall behind.</summary>
    Roll,
}

/// <summary>
/// The one thread that writes, from the first job on. Each job is one transaction on the one writing connection: committed and durable when
/// its task completes, or without a trace. A job that was started runs to its end; before that it can be cancelled. Between two jobs it moves
/// the log into the file when that is long.
/// </summary>
/// <param name="connection">The writing connection, which it closes.</param>
internal sealed class SqliteWriter(SqliteWriteConnection connection) : IDisposable
{
    private static readonly IJob MoveLog = new LogMove();

    /// <summary>Urgent jobs since the last background job, while one waits or the log is full: neither may starve.</summary>
    private const int MostUrgentInRow = 8;

    private readonly Queue<IJob> urgent = [];
    private readonly List<(IJob Job, bool IsRoll)> background = [];
    private readonly SqliteAnswers answers = new();
    private Thread? thread;
    private int urgentInRow;
    private bool closing;

    private interface IJob
    {
        void Run(SqliteWriteConnection connection);
    }

    /// <summary>Whether an urgent job waits.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (urgent)
            {
                return urgent.Count > 0;
            }
        }
    }

    /// <summary>Queues a job; its task completes after the commit.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot take it.</exception>
    public Task<T> RunAsync<T>(SqliteLane lane, Func<SqliteSession, T> work, CancellationToken cancellation)
    {
        var job = new Job<T>(work, lane == SqliteLane.Events ? answers : null, cancellation);
        lock (urgent)
        {
            if (closing)
            {
                throw new StoreUnavailableException("The store is closed");
            }

            if (lane is SqliteLane.Urgent or SqliteLane.Events)
            {
                urgent.Enqueue(job);
            }
            else
            {
                background.Add((job, lane == SqliteLane.Roll));
            }

            thread ??= StartThread();
            Monitor.Pulse(urgent);
        }

        return job.Task;
    }

    /// <summary>Ends what was queued, and closes.</summary>
    public void Dispose()
    {
        lock (urgent)
        {
            closing = true;
            Monitor.Pulse(urgent);
        }

        thread?.Join();
        answers.Dispose();
        connection.Dispose();
    }

    private Thread StartThread()
    {
        var started = new Thread(Work) { IsBackground = true, Name = "SQLite writer" };
        // What the first caller carries along, its trace and its log scope, is not the others'.
        started.UnsafeStart();
        return started;
    }

    private void Work()
    {
        while (Next() is { } job)
        {
            job.Run(connection);
        }
    }

    private IJob? Next()
    {
        lock (urgent)
        {
            while (urgent.Count + background.Count == 0 && !connection.IsLogFull)
            {
                if (closing)
                {
                    return null;
                }

                Monitor.Wait(urgent);
            }

            return Choose();
        }
    }

    /// <summary>The next of what there is to do.</summary>
    private IJob Choose()
    {
        // Whoever sends more than can be rolled up waits for the rolls: what waits for them is bounded, and so is the time that reports take.
        var due = connection.IsBehind ? background.FindIndex(job => job.IsRoll) : -1;
        var isLogFull = connection.IsLogFull;
        var isAlone = background.Count == 0 && !isLogFull;
        if (urgent.Count > 0 && (isAlone || (urgentInRow < MostUrgentInRow && due < 0)))
        {
            urgentInRow++;
            return urgent.Dequeue();
        }

        if (isLogFull)
        {
            // Nobody's turn: under load it may be due as often as the background's is.
            return MoveLog;
        }

        urgentInRow = 0;
        return TakeBackground(Math.Max(due, 0));
    }

    /// <summary>Takes a job out of the few that wait.</summary>
    private IJob TakeBackground(int place)
    {
        var job = background[place].Job;
        background.RemoveAt(place);
        return job;
    }

    private sealed class LogMove : IJob
    {
        public void Run(SqliteWriteConnection connection) => connection.MoveLog();
    }

    private sealed class Job<T> : IJob
    {
        private readonly TaskCompletionSource<T> done;
        private readonly Func<SqliteSession, T> work;
        private readonly SqliteAnswers? answers;
        private readonly CancellationTokenRegistration registration;
        private int taken;

        /// <param name="work">What to do.</param>
        /// <param name="answers">Where whoever waits goes on; absent: in the pool.</param>
        /// <param name="cancellation">Gives up what was not begun.</param>
        public Job(Func<SqliteSession, T> work, SqliteAnswers? answers, CancellationToken cancellation)
        {
            done = new(answers is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
            (this.work, this.answers) = (work, answers);
            registration = cancellation.UnsafeRegister(Cancel, null);
        }

        public Task<T> Task => done.Task;

        public void Run(SqliteWriteConnection connection)
        {
            if (Interlocked.Exchange(ref taken, 1) != 0)
            {
                return;
            }

            registration.Unregister();
            Answer(Do(connection));
        }

        /// <summary>Does it; what says what came of it.</summary>
        private Action Do(SqliteWriteConnection connection)
        {
            try
            {
                var result = connection.Transact(work);
                return () => done.SetResult(result);
            }
            catch (Exception fault)
            {
                var failure = SqliteFault.Translate(fault);
                return () => done.SetException(failure);
            }
        }

        private void Answer(Action answer)
        {
            if (answers is null)
            {
                answer();
            }
            else
            {
                answers.Post(answer);
            }
        }

        private void Cancel(object? state, CancellationToken cancellation)
        {
            if (Interlocked.Exchange(ref taken, 1) == 0)
            {
                Answer(() => done.SetCanceled(cancellation));
            }
        }
    }
}
