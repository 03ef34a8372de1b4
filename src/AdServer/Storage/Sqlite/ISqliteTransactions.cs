using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The seam to SQLite: one transaction, one result. Everything above it is statements; everything below it is connections and threads.
/// </summary>
internal interface ISqliteTransactions : IDisposable
{
    /// <summary>Whether an urgent write waits. Background work that may be done in parts ends its part then.</summary>
    bool IsAwaited { get; }

    /// <summary>Reads at one moment.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    Task<T> ReadAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation);

    /// <summary>Reads at one moment what may take long, on connections of its own: no roll-up and no look-up waits for a report.</summary>
    /// <exception cref="TooMuchException">It takes too long for those who wait for it.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    Task<T> ReportAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation);

    /// <summary>Writes in one transaction; completes when it is durable.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot take it; nothing was written.</exception>
    Task<T> WriteAsync<T>(SqliteLane lane, Func<SqliteSession, T> work, CancellationToken cancellation);
}
