using System.Collections.Concurrent;
using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>A few read-only connections. Each query is one read transaction: it sees one moment, and waits for no writer.</summary>
/// <param name="open">Makes a connection.</param>
/// <param name="longest">After how long a query is broken off: while it runs the file cannot be tidied and grows. Absent: never.</param>
internal sealed class SqliteReaders(Func<SqliteSession> open, TimeSpan? longest = null) : IDisposable
{
    private const int MostAtOnce = 4;

    private readonly ConcurrentBag<SqliteSession> idle = [];
    private readonly SemaphoreSlim room = new(MostAtOnce, MostAtOnce);

    /// <summary>Runs a query on the thread pool, when there is room.</summary>
    /// <exception cref="TooMuchException">It took too long, or did not get its turn.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public async Task<T> RunAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation)
    {
        if (longest is not { } most)
        {
            return await RunWhenThereIsRoomAsync(query, cancellation);
        }

        using var late = new CancellationTokenSource(most, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await RunWhenThereIsRoomAsync(query, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TooMuchException($"The report takes, or waits for others, longer than {most.TotalSeconds} seconds: ask for fewer days at once");
        }
    }

    /// <summary>Runs a query on the caller's thread.</summary>
    public T Run<T>(Func<SqliteSession, T> query, CancellationToken cancellation)
    {
        SqliteSession? session = null;
        try
        {
            session = idle.TryTake(out var free) ? free : open();
            // A report whose reader has left must not keep others waiting for a connection.
            session.Obey(cancellation);
            var result = session.InTransaction("BEGIN", query);
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

    private async Task<T> RunWhenThereIsRoomAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation)
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
}
