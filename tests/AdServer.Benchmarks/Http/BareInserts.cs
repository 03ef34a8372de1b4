using System.Diagnostics;
using System.Text;
using AdServer.Events;
using AdServer.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AdServer.Benchmarks.Http;

/// <summary>
/// SQLite alone: events into one table without an index, a transaction for each batch, durable as the store's. Row by row with one prepared statement and the library's own
/// calls, as anybody would begin: with nothing that the store does to save some of them.
/// </summary>
internal static class BareInserts
{
    /// <summary>Inserts for a while; returns events a second.</summary>
    /// <param name="events">A batch.</param>
    /// <param name="time">For how long.</param>
    public static double Run(IReadOnlyList<AdEvent> events, TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("adserver-inserts-");
        try
        {
            SqliteLibrary.Load();
            using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "bare.db")};Pooling=False");
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA cache_size=-32000;");
            Execute(connection, $"CREATE TABLE ad_events (seq INTEGER PRIMARY KEY, {SqliteEvents.Columns})");
            Check(raw.sqlite3_prepare_v2(
                connection.Handle, $"INSERT INTO ad_events ({SqliteEvents.Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", out var insert));
            using (insert)
            {
                return Run(connection, insert, events, time);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Run(SqliteConnection connection, sqlite3_stmt insert, IReadOnlyList<AdEvent> events, TimeSpan time)
    {
        var (count, since) = (0L, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < time)
        {
            Execute(connection, "BEGIN IMMEDIATE");
            foreach (var one in events)
            {
                Put(insert, one);
                Check(raw.sqlite3_step(insert), raw.SQLITE_DONE);
                Check(raw.sqlite3_reset(insert));
            }

            Execute(connection, "COMMIT");
            count += events.Count;
        }

        return count / Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private static void Put(sqlite3_stmt insert, AdEvent one)
    {
        Put(insert, 1, one.EventId);
        Put(insert, 2, one.AdId);
        Put(insert, 3, one.PerformerId);
        Put(insert, 4, one.PackageName);
        Put(insert, 5, one.IsOtherPackage ? 1 : 0);
        Put(insert, 6, one.DeviceId);
        Put(insert, 7, one.Timestamp);
        Put(insert, 8, one.Day.ToString());
        Put(insert, 9, (long)one.Type);
        Put(insert, 10, one.WatchDuration);
        Put(insert, 11, one.CreatedAt.ToUnixTimeMilliseconds());
        Put(insert, 12, (long)one.Flaw);
        Put(insert, 13, one.UserAgent);
        Put(insert, 14, one.IsVerified ? 1 : 0);
    }

    private static void Put(sqlite3_stmt insert, int index, string? text)
    {
        Span<byte> utf8 = stackalloc byte[256];
        Check(text is null ? raw.sqlite3_bind_null(insert, index) : raw.sqlite3_bind_text(insert, index, utf8[..Encoding.UTF8.GetBytes(text, utf8)]));
    }

    private static void Put(sqlite3_stmt insert, int index, long number) => Check(raw.sqlite3_bind_int64(insert, index, number));

    private static void Execute(SqliteConnection connection, string sql) => Check(raw.sqlite3_exec(connection.Handle, sql));

    private static void Check(int code, int expected = raw.SQLITE_OK)
    {
        if (code != expected)
        {
            throw new InvalidOperationException($"SQLite answers {code}");
        }
    }
}
