using AdServer.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// The real transactions of a real file, on the one thread of the world, each a step of its own: what comes before it and what after it may
/// be anything, a death too. It may fail before it, at its end, for want of room somewhere within, or be torn by a death amid its commit.
/// </summary>
/// <param name="kind">What the file is: a store or a spool.</param>
/// <param name="database">The open file.</param>
/// <param name="disk">Where it is.</param>
/// <param name="life">The process that opened it.</param>
/// <param name="accidents">What goes wrong.</param>
/// <param name="isFull">Whether the disk has no room for another page.</param>
/// <param name="dieAmid">Ends the process when so many bytes of the log were written.</param>
internal sealed class SqliteTurns(
    string kind, SqliteDatabase database, SqliteDisk disk, Life life, Accidents accidents, Func<bool> isFull, Action<long> dieAmid)
    : ISqliteTransactions
{
    private const int DiskFails = 10;
    private const long NoLimit = 1_073_741_823;

    /// <summary>Whether the process has opened its file: its start is one step.</summary>
    public bool IsOpen { get; set; }

    public Task<T> ReportAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation) => ReadAsync(query, cancellation);

    public bool IsAwaited => false;

    public async Task<T> ReadAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation)
    {
        if (!IsOpen)
        {
            return database.Read(query);
        }

        await life.PassAsync(accidents.Delay(), $"reads the {kind}");
        FailIf(accidents.Happen("a read fails", 0.3));
        var result = database.Read(query);
        await life.PassAsync(accidents.Delay(), "has read");
        return result;
    }

    public async Task<T> WriteAsync<T>(SqliteLane lane, Func<SqliteSession, T> work, CancellationToken cancellation)
    {
        await life.PassAsync(accidents.Delay(), $"writes to the {kind}, {lane}");
        FailIf(accidents.Happen("a write fails at its beginning", 0.3));
        var before = disk.LogLength;
        var isTorn = accidents.Happen("a host dies amid a commit", 0.3);
        var result = database.Write(Within(work, accidents.Happen("a write fails at its end", 0.5)));
        if (isTorn && disk.LogLength > before)
        {
            dieAmid(accidents.Random.NextInt64(before, disk.LogLength + 1));
        }

        await life.PassAsync(accidents.Delay(), "has written");
        accidents.Note($"the {kind} is written");
        return result;
    }

    public void Dispose() => database.Dispose();

    private Func<SqliteSession, T> Within<T>(Func<SqliteSession, T> work, bool fails) => session =>
    {
        if (isFull() && !accidents.IsCalm)
        {
            accidents.Note("a write finds the disk full");
            session.Number($"PRAGMA max_page_count = {session.Number("PRAGMA page_count")}");
        }
        else
        {
            session.Number($"PRAGMA max_page_count = {NoLimit}");
        }

        var result = work(session);
        FailIf(fails);
        return result;
    };

    private static void FailIf(bool fails)
    {
        if (fails)
        {
            throw SqliteFault.Translate(new SqliteException("on purpose", DiskFails, DiskFails));
        }
    }
}
