using System.Diagnostics;
using AdServer.Events;
using AdServer.Storage.Sqlite;

namespace AdServer.Benchmarks.Http;

/// <summary>
/// SQLite alone: events into one table without an index, a transaction for each batch, durable as the store's. What a batch can cost at least.
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
            using var session = SqliteSession.Open(Path.Combine(folder.FullName, "bare.db"), readOnly: false);
            session.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA cache_size=-32000;");
            session.Execute($"CREATE TABLE ad_events (seq INTEGER PRIMARY KEY, {SqliteEvents.Columns})");
            var insert = $"INSERT INTO ad_events ({SqliteEvents.Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
            var (count, since) = (0L, Stopwatch.GetTimestamp());
            while (Stopwatch.GetElapsedTime(since) < time)
            {
                count += session.InTransaction("BEGIN IMMEDIATE", inside => Insert(inside, insert, events));
            }

            return count / Stopwatch.GetElapsedTime(since).TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int Insert(SqliteSession session, string sql, IReadOnlyList<AdEvent> events)
    {
        using var insert = session.Kept(sql);
        foreach (var one in events)
        {
            SqliteEvents.Put(insert, one).Run();
        }

        return events.Count;
    }
}
