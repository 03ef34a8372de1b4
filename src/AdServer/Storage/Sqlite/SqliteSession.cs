using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AdServer.Storage.Sqlite;

/// <summary>One connection and the statements that were compiled on it. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private const int BusyTimeout = 5000;

    /// <summary>Instructions of the engine: some hundred microseconds of its work.</summary>
    private const int StepsBetweenLooks = 10_000;

    /// <summary>Of a copy, between two looks whether it is still wanted.</summary>
    private const int PagesAtOnce = 1000;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteStatement> kept = [];

    private SqliteSession(SqliteConnection connection) => this.connection = connection;

    /// <summary>What it knows of numbers beyond a transaction; nothing on a connection beside which another one writes.</summary>
    public SqliteNumbers? Numbers { get; private init; }

    /// <summary>Rows of pairs that it has read or written; nothing on a connection beside which another one writes.</summary>
    public SqlitePairCache? Pairs { get; private init; }

    /// <summary>What it appended and no roll has yet; nothing on a connection that only reads.</summary>
    public SqliteTail? Tail { get; private init; }

    /// <summary>The position of the row that it inserted last.</summary>
    public long LastRow => raw.sqlite3_last_insert_rowid(Handle);

    /// <summary>How many pages it has written to the log since it was opened, or since <see cref="ForgetPages"/>.</summary>
    public int PagesWritten => CountPages(forget: false);

    private sqlite3 Handle => connection.Handle!;

    /// <summary>Opens the file; with <paramref name="readOnly"/> it must exist, else it is created.</summary>
    public static SqliteSession Open(string path, bool readOnly)
    {
        SqliteLibrary.Load();
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        };
        var session = new SqliteSession(new SqliteConnection(settings.ToString()))
        {
            Numbers = readOnly ? null : new SqliteNumbers(),
            Pairs = readOnly ? null : new SqlitePairCache(),
            Tail = readOnly ? null : new SqliteTail(),
        };
        try
        {
            session.connection.Open();
            _ = raw.sqlite3_extended_result_codes(session.Handle, 1);
            _ = raw.sqlite3_busy_timeout(session.Handle, BusyTimeout);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>A statement that is compiled once for the life of the connection: for texts that never vary.</summary>
    public SqliteStatement Kept(string sql)
    {
        if (!kept.TryGetValue(sql, out var statement))
        {
            kept[sql] = statement = Compile(sql, true);
        }

        if (statement.InUse)
        {
            throw new InvalidOperationException($"The statement is in use already: {sql}");
        }

        statement.InUse = true;
        return statement;
    }

    /// <summary>A statement that is compiled for one use: for texts that are put together.</summary>
    public SqliteStatement Once(string sql) => Compile(sql, false);

    /// <summary>Runs one or more statements without values or rows.</summary>
    public void Execute(string sql) => SqliteFault.ThrowIfFailed(raw.sqlite3_exec(Handle, sql), Handle);

    /// <summary>The one number that a statement without values gives.</summary>
    public long Number(string sql)
    {
        using var statement = Once(sql);
        return statement.Rows().Select(row => row.Int(0)).Single();
    }

    /// <summary>Runs work in a transaction: all of it is committed, or none.</summary>
    /// <param name="begin"><c>BEGIN</c> for reading at one moment, <c>BEGIN IMMEDIATE</c> for writing.</param>
    /// <param name="work">The work.</param>
    public T InTransaction<T>(string begin, Func<SqliteSession, T> work)
    {
        RunKept(begin);
        try
        {
            var result = work(this);
            RunKept("COMMIT");
            return result;
        }
        catch
        {
            Numbers?.Clear();
            Pairs?.Clear();
            Tail?.Clear();
            RollBack();
            throw;
        }
    }

    /// <summary>Copies the whole database into a new one. Inside a transaction: as it is at that moment, whoever writes meanwhile.</summary>
    /// <param name="target">A connection to the new one.</param>
    /// <param name="pages">Is told how many of how many pages are copied.</param>
    /// <param name="cancellation">Gives up.</param>
    public void CopyTo(SqliteSession target, Action<int, int> pages, CancellationToken cancellation)
    {
        using var copy = raw.sqlite3_backup_init(target.Handle, "main", Handle, "main");
        var code = raw.SQLITE_OK;
        while (code == raw.SQLITE_OK)
        {
            cancellation.ThrowIfCancellationRequested();
            code = raw.sqlite3_backup_step(copy, PagesAtOnce);
            var all = raw.sqlite3_backup_pagecount(copy);
            pages(all - raw.sqlite3_backup_remaining(copy), all);
        }

        SqliteFault.ThrowIfFailed(code, target.Handle);
    }

    /// <summary>Whether the file could only be opened for reading, whatever was asked for.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(Handle, "main") == 1;

    /// <summary>
    /// Has statements end with SQLITE_INTERRUPT once a token says so. The engine asks while it works: an interruption from outside would miss a
    /// statement that is only about to begin, and that would run to its end with nobody waiting.
    /// </summary>
    public void Obey(CancellationToken cancellation) => raw.sqlite3_progress_handler(
        Handle, StepsBetweenLooks, cancellation.CanBeCanceled ? _ => cancellation.IsCancellationRequested ? 1 : 0 : null, null);

    /// <summary>Whether a transaction was left open because even rolling it back failed: the connection is of no more use.</summary>
    public bool IsStuck => raw.sqlite3_get_autocommit(Handle) == 0;

    public void Dispose()
    {
        foreach (var statement in kept.Values)
        {
            statement.Close();
        }

        connection.Dispose();
    }

    /// <summary>Begins to count pages anew: the engine's counter would come to its end after some days of full load.</summary>
    public void ForgetPages() => CountPages(forget: true);

    /// <summary>Runs a statement without values or rows that is compiled once: each transaction begins and ends with the same.</summary>
    private void RunKept(string sql)
    {
        using var statement = Kept(sql);
        statement.Run();
    }

    private int CountPages(bool forget)
    {
        _ = raw.sqlite3_db_status(Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, forget ? 1 : 0);
        return pages;
    }

    private void RollBack()
    {
        // After some errors (a full disk) the engine has rolled back by itself.
        if (IsStuck)
        {
            _ = raw.sqlite3_exec(Handle, "ROLLBACK");
        }
    }

    private SqliteStatement Compile(string sql, bool keep)
    {
        SqliteFault.ThrowIfFailed(raw.sqlite3_prepare_v2(Handle, sql, out var handle), Handle);
        return new SqliteStatement(Handle, handle, keep);
    }
}
