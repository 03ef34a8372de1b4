using Microsoft.Data.Sqlite;

namespace AdServer.Storage.Sqlite;

/// <summary>The one connection that writes, opened again after it broke.</summary>
internal sealed class SqliteWriteConnection : IDisposable
{
    /// <summary>Pages of the log, 4 KB each, after which it is moved into the file: as many as the engine itself waits for, but that does it within the next commit.</summary>
    private const int MostPages = 1000;

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

    /// <summary>Whether so much lies in the log that it should be moved into the file.</summary>
    public bool IsLogFull { get; private set; }

    /// <summary>
    /// Moves the log into the file as far as readers let it. Between two transactions, so that nobody waits for a commit and for this, too, which takes
    /// as long as a large one.
    /// </summary>
    public void MoveLog()
    {
        lock (door)
        {
            TryMoveLog("PRAGMA wal_checkpoint(PASSIVE)");
            session?.ForgetPages();
            IsLogFull = false;
        }
    }

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
                IsLogFull = session.PagesWritten >= MostPages;
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
        lock (door)
        {
            TryMoveLog("PRAGMA wal_checkpoint(TRUNCATE)");
            session?.Dispose();
        }
    }

    private void TryMoveLog(string statement)
    {
        try
        {
            session?.Execute(statement);
        }
        catch (SqliteException)
        {
            // Whatever it is, the log holds everything that was committed; the next time or the next start moves it.
        }
    }
}
