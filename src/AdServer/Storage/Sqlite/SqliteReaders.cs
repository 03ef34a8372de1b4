using System.Collections.Concurrent;

namespace AdServer.Storage.Sqlite;

/// <summary>A few read-only connections. Each query is one read transaction: it sees one moment, and waits for no writer.</summary>
internal sealed class SqliteReaders(Func<SqliteSession> open) : IDisposable
{
    private const int MostAtOnce = 4;

    private readonly ConcurrentBag<SqliteSession> idle = [];
    private readonly SemaphoreSlim room = new(MostAtOnce, MostAtOnce);

    /// <summary>Runs a query on the thread pool, when there is room.</summary>
    public async Task<T> RunAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation)
    {
        await room.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Run(query, cancellation), cancellation);
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>Runs a query on the caller's thread.</summary>
    public T Run<T>(Func<SqliteSession, T> query, CancellationToken cancellation)
    {
        SqliteSession? session = null;
        try
        {
            session = idle.TryTake(out var free) ? free : open();
            T result;
            // A report whose reader has left must not keep others waiting for a connection.
            using (cancellation.UnsafeRegister(static running => ((SqliteSession)running!).Interrupt(), session))
            {
                result = session.InTransaction("BEGIN", query);
            }

            idle.Add(session);
            return result;
        }
        catch (Exception fault)
        {
            session?.Dispose();
            cancellation.ThrowIfCancellationRequested();
            throw SqliteFault.Translate(fault);
        }
    }

    /// <summary>Waits for the queries under way, then closes.</summary>
    public void Dispose()
    {
        for (var taken = 0; taken < MostAtOnce; taken++)
        {
            room.Wait();
        }

        while (idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }
}
