using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>The one connection that writes, opened again after it broke.</summary>
internal sealed class SqliteWriteConnection : IDisposable
{
    private readonly Lock door = new();
    private readonly Func<SqliteSession> open;
    private SqliteSession? session;

    /// <param name="open">Opens it, also again.</param>
    public SqliteWriteConnection(Func<SqliteSession> open)
    {
        this.open = open;
        session = open();
    }

    /// <summary>Whether rolls fall behind what is appended. For the thread that writes.</summary>
    public bool IsBehind => session?.Tail?.IsLong ?? false;

    /// <summary>Runs work in a transaction on the caller's thread: it is durable when this returns, or leaves no trace.</summary>
    public T Transact<T>(Func<SqliteSession, T> work)
    {
        lock (door)
        {
            session ??= open();
            try
            {
                return session.InTransaction("BEGIN IMMEDIATE", work);
            }
            finally
            {
                if (session.IsStuck)
                {
                    session.Dispose();
                    session = null;
                }
            }
        }
    }

    /// <summary>Moves the log into the file as far as readers let it, and closes.</summary>
    public void Dispose()
    {
        try
        {
            session?.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (Exception fault) when (SqliteFault.Translate(fault) is StoreUnavailableException)
        {
            // The log holds everything that was committed; the next start reads it.
        }

        session?.Dispose();
    }
}
