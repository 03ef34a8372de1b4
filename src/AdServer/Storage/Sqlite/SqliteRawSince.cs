using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The statements on <c>raw_since (set_on, day)</c>: on which day it was said that raw events are kept from a day on. The latest day holds; the
/// others say how long events have been gone, and with that which identities may go.
/// </summary>
internal static class SqliteRawSince
{
    /// <summary>The first day whose raw events are all kept; nothing if none were ever removed.</summary>
    public static UtcDay? Read(SqliteSession session)
    {
        using var select = session.Kept("SELECT max(day) FROM raw_since");
        return ReadDay(select);
    }

    /// <summary>What it was at the beginning of a day.</summary>
    public static UtcDay? ReadBefore(SqliteSession session, UtcDay day)
    {
        using var select = session.Kept("SELECT max(day) FROM raw_since WHERE set_on < ?");
        return ReadDay(select.Put(day));
    }

    /// <summary>Whether all raw events of a day are kept.</summary>
    public static bool Keeps(SqliteSession session, UtcDay day) => !(day < Read(session));

    /// <summary>All that was said, in the order of its saying.</summary>
    public static IReadOnlyList<(UtcDay On, UtcDay Day)> List(SqliteSession session)
    {
        using var select = session.Kept("SELECT set_on, day FROM raw_since ORDER BY set_on");
        return [.. select.Rows().Select(row => (row.Day(0), row.Day(1)))];
    }

    /// <summary>Says that raw events are kept from a day on.</summary>
    public static void Raise(SqliteSession session, UtcDay on, UtcDay day)
    {
        using var insert = session.Kept(
            "INSERT INTO raw_since (set_on, day) VALUES (?, ?) ON CONFLICT (set_on) DO UPDATE SET day = max(day, excluded.day)");
        insert.Put(on).Put(day).Run();
    }

    private static UtcDay? ReadDay(SqliteStatement select) =>
        select.Rows().Select(row => row.TextOrNull(0)).Single() is { } day ? UtcDay.Parse(day) : null;
}
