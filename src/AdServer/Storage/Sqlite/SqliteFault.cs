using AdServer.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AdServer.Storage.Sqlite;

/// <summary>Which errors of the engine are the state of a disk or a file, and which are mistakes of ours.</summary>
internal static class SqliteFault
{
    /// <summary>The bits of the kind of an error; those above are its detail, such as which call of the disk failed.</summary>
    private const int PrimaryCode = 0xff;

    /// <summary>Throws what an error code means, unless it means success.</summary>
    public static void ThrowIfFailed(int code, sqlite3 connection)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, connection);
        }
    }

    /// <summary>
    /// The exception that callers of a store get: the disk's or the file's state as <see cref="StoreUnavailableException"/>, without
    /// data in its message; anything else as it is.
    /// </summary>
    public static Exception Translate(Exception fault) =>
        fault is SqliteException engine && (IsBrokenJson(engine) ? "is damaged" : Words(engine.SqliteErrorCode)) is { } words
            ? new StoreUnavailableException($"The store {words} (SQLite error {engine.SqliteExtendedErrorCode})", engine)
            : fault;

    /// <summary>
    /// Whether what a row has as JSON is none: rows hold what we rendered, and statements are put no other. The engine has no code for it; should its words change,
    /// it is an error like any other.
    /// </summary>
    private static bool IsBrokenJson(SqliteException engine) =>
        engine.SqliteErrorCode == raw.SQLITE_ERROR && engine.Message.Contains("malformed JSON", StringComparison.Ordinal);

    /// <summary>Whether it says that the file is not what was written.</summary>
    public static bool IsDamage(Exception? fault) =>
        fault is SqliteException engine && (engine.SqliteErrorCode & PrimaryCode) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>Whether it was the disk that had no room, said by the engine or by a store.</summary>
    public static bool IsFull(Exception fault) =>
        (fault as SqliteException ?? fault.InnerException as SqliteException)?.SqliteErrorCode == raw.SQLITE_FULL;

    /// <summary>What is the matter, if it is nothing that our code did; see https://sqlite.org/rescode.html.</summary>
    public static string? Words(int code) => (code & PrimaryCode) switch
    {
        raw.SQLITE_PERM or raw.SQLITE_READONLY or raw.SQLITE_AUTH => "cannot be written",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => "is locked by another program",
        raw.SQLITE_NOMEM => "is out of memory",
        raw.SQLITE_IOERR => "has a disk that fails",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "is damaged",
        raw.SQLITE_FULL => "has no room left on its disk",
        raw.SQLITE_CANTOPEN => "cannot be opened",
        _ => null,
    };
}
