using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>The open file: one writer, a few readers, and the lock. What the stores of this folder share.</summary>
internal sealed class SqliteDatabase : ISqliteTransactions
{
    /// <summary>After how long a report is broken off; before a proxy's usual 60 seconds, so that the reader hears why.</summary>
    private static readonly TimeSpan LongestReport = TimeSpan.FromSeconds(30);

    // fullfsync: macOS takes an ordinary fsync for done while the disk still holds the data in its cache. Elsewhere it says nothing.
    // wal_autocheckpoint: the writer moves the log itself, between two jobs; the engine only if that has long not been possible.
    private const string FileSettings =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=16000;";

    // temp_store: what a statement of many rows changed (SqliteInsertion) stays in memory until the statement ends. From 64 KB on, which is fifteen pages, the engine would write a file, and
    // for the rest of the transaction. Not for a migration, whose statements change gigabytes.
    private const string WriterSettings = $"{FileSettings} PRAGMA temp_store=MEMORY;";

    private const string ReaderSettings = "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY;";

    private readonly IDisposable? held;
    private readonly SqliteWriteConnection? writing;
    private readonly SqliteWriter? writer;
    private readonly SqliteReaders readers;
    private readonly SqliteReaders reports;
    private int disposals;

    private SqliteDatabase(string path, StorageAccess access, IDisposable? held, SqliteWriteConnection? writing)
    {
        (this.held, this.writing) = (held, writing);
        writer = writing is null ? null : new SqliteWriter(writing);
        readers = new SqliteReaders(Reader);
        // Whoever waits for a command waits for its end.
        reports = new SqliteReaders(Reader, access == StorageAccess.Serve ? LongestReport : null);

        SqliteSession Reader() => OpenSession(path, readOnly: true, ReaderSettings);
    }

    /// <summary>Opens the file; to write to it migrates it first, and for <see cref="StorageAccess.Serve"/> and <see cref="StorageAccess.CopyTo"/> makes it.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static SqliteDatabase Open(string path, StorageAccess access, SqliteSchema schema)
    {
        try
        {
            if (access is not (StorageAccess.Serve or StorageAccess.CopyTo) && !File.Exists(path))
            {
                throw new StartException($"There is no {schema.Noun} at {path}. A server makes it at its first start.");
            }

            return access switch
            {
                StorageAccess.ReadOnly => OpenToRead(path, access, schema, held: null),
                StorageAccess.CopyFrom => OpenLocked(path, schema, held => OpenToRead(path, access, schema, held)),
                _ => OpenToWrite(path, access, schema),
            };
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new StartException($"The {schema.Noun} {path} cannot be opened: {fault.Message}", fault);
        }
        catch (Exception fault) when (SqliteFault.Translate(fault) is StoreUnavailableException unavailable)
        {
            throw new StartException($"{path} cannot be opened: {unavailable.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public bool IsAwaited => writer?.IsAwaited ?? false;

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation) => readers.RunAsync(query, cancellation);

    /// <inheritdoc/>
    public Task<T> ReportAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation) => reports.RunAsync(query, cancellation);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(SqliteLane lane, Func<SqliteSession, T> work, CancellationToken cancellation) =>
        writer?.RunAsync(lane, work, cancellation) ?? throw ReadOnly();

    /// <summary>Reads at one moment, on the caller's thread.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public T Read<T>(Func<SqliteSession, T> query) => readers.Run(query, CancellationToken.None);

    /// <summary>Writes in one transaction, on the caller's thread; returns when it is durable.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot take it; nothing was written.</exception>
    public T Write<T>(Func<SqliteSession, T> work)
    {
        try
        {
            return (writing ?? throw ReadOnly()).Transact(work);
        }
        catch (Exception fault)
        {
            throw SqliteFault.Translate(fault);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Increment(ref disposals) > 1)
        {
            return;
        }

        reports.Dispose();
        readers.Dispose();
        writer?.Dispose();
        held?.Dispose();
    }

    private static StoreUnavailableException ReadOnly() => new("The store was opened for reading only");

    private static SqliteDatabase OpenToWrite(string path, StorageAccess access, SqliteSchema schema)
    {
        if (Directory.Exists(path))
        {
            throw new StartException($"{path} is a folder. {schema.Setting} names the file of the {schema.Noun}.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return OpenLocked(path, schema, held =>
        {
            Prepare(path, access, schema);
            return new SqliteDatabase(path, access, held, new SqliteWriteConnection(() => OpenSession(path, readOnly: false, WriterSettings)));
        });
    }

    private static void Prepare(string path, StorageAccess access, SqliteSchema schema)
    {
        using var session = SqliteSession.Open(path, readOnly: false);
        if (session.IsReadOnly)
        {
            throw new StartException($"The {schema.Noun} {path} is read-only for this user. Give the user of the server the right to write it.");
        }

        // Before any setting, some of which would change a file that is not ours.
        schema.Check(session, path);
        if (access != StorageAccess.CopyTo)
        {
            SqliteCopyMark.RequireFinished(session, path);
        }
        else if (!SqliteCopyMark.IsToWrite(session, path))
        {
            return;
        }

        session.Execute(FileSettings);
        schema.Migrate(session);
    }

    private static SqliteDatabase OpenToRead(string path, StorageAccess access, SqliteSchema schema, IDisposable? held)
    {
        using var session = SqliteSession.Open(path, readOnly: true);
        schema.Require(session, path);
        SqliteCopyMark.RequireFinished(session, path);
        return new SqliteDatabase(path, access, held, writing: null);
    }

    /// <summary>Opens with the lock, which is given back if that fails.</summary>
    private static SqliteDatabase OpenLocked(string path, SqliteSchema schema, Func<IDisposable, SqliteDatabase> open)
    {
        var held = SqliteFileLock.Take(path, schema);
        try
        {
            return open(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static SqliteSession OpenSession(string path, bool readOnly, string settings)
    {
        var session = SqliteSession.Open(path, readOnly);
        session.Execute(settings);
        return session;
    }
}
