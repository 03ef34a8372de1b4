using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Native;

/// <summary>
/// The threads that wait for the driver, whose calls block, so that no thread of the pool has to. A call that was started runs to its
/// end, which the timeouts of the connection string bound; before that it can be cancelled.
/// </summary>
internal sealed class MongocWorkers : IAsyncDisposable
{
    private readonly Queue<Job> queue = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private bool closing;

    public MongocWorkers(int count)
    {
        running = count;
        for (var number = 1; number <= count; number++)
        {
            new Thread(Work) { IsBackground = true, Name = $"MongoDB worker {number}" }.Start();
        }
    }

    /// <summary>Queues a call.</summary>
    /// <exception cref="MongoUnreachableException">The store was closed before the call began.</exception>
    public Task<BsonDocument> RunAsync(Func<BsonDocument> call, CancellationToken cancellation)
    {
        var job = new Job(call, cancellation);
        lock (queue)
        {
            if (closing)
            {
                job.Refuse();
            }
            else
            {
                queue.Enqueue(job);
                Monitor.Pulse(queue);
            }
        }

        return job.Task;
    }

    /// <summary>Waits for the calls that have begun; those that have not fail.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (queue)
        {
            closing = true;
            Monitor.PulseAll(queue);
        }

        await ended.Task;
        while (queue.TryDequeue(out var job))
        {
            job.Refuse();
        }
    }

    private void Work()
    {
        while (Next() is { } job)
        {
            job.Run();
        }

        if (Interlocked.Decrement(ref running) == 0)
        {
            ended.SetResult();
        }
    }

    private Job? Next()
    {
        lock (queue)
        {
            while (!closing)
            {
                if (queue.TryDequeue(out var job))
                {
                    return job;
                }

                Monitor.Wait(queue);
            }

            return null;
        }
    }

    private sealed class Job
    {
        private readonly TaskCompletionSource<BsonDocument> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Func<BsonDocument> call;
        private readonly CancellationTokenRegistration registration;
        private int taken;

        public Job(Func<BsonDocument> call, CancellationToken cancellation)
        {
            this.call = call;
            registration = cancellation.UnsafeRegister(Cancel, null);
        }

        public Task<BsonDocument> Task => done.Task;

        public void Run()
        {
            if (!Take())
            {
                return;
            }

            try
            {
                done.SetResult(call());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        }

        public void Refuse()
        {
            if (Take())
            {
                done.SetException(new MongoUnreachableException("The store is closed"));
            }
        }

        /// <summary>Whoever is first decides what becomes of the call.</summary>
        private bool Take()
        {
            registration.Unregister();
            return Interlocked.Exchange(ref taken, 1) == 0;
        }

        private void Cancel(object? state, CancellationToken cancellation)
        {
            if (Interlocked.Exchange(ref taken, 1) == 0)
            {
                done.SetCanceled(cancellation);
            }
        }
    }
}
