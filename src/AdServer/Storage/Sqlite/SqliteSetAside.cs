namespace AdServer.Storage.Sqlite;

/// <summary>
/// The table of a spool for events that the engine refuses for what they hold, with what it said: kept, and in nobody's way. How many there
/// are is counted by the file itself, so that an operator may delete some.
/// </summary>
internal static class SqliteSetAside
{
    /// <summary>Adds the table to a spool.</summary>
    public const string Migration =
        """
        ALTER TABLE spool ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE set_aside (
            seq INTEGER PRIMARY KEY, event_id TEXT UNIQUE, ad_id TEXT NOT NULL, performer_id TEXT NOT NULL,
            package_name TEXT NOT NULL, is_other_package INTEGER NOT NULL, device_id TEXT, timestamp TEXT NOT NULL, day TEXT NOT NULL,
            event_type INTEGER NOT NULL, watch_duration INTEGER NOT NULL, created_at INTEGER NOT NULL, identity TEXT,
            code INTEGER NOT NULL, words TEXT NOT NULL) STRICT;
        CREATE TRIGGER set_aside_more AFTER INSERT ON set_aside BEGIN UPDATE spool SET set_aside = set_aside + 1; END;
        CREATE TRIGGER set_aside_less AFTER DELETE ON set_aside BEGIN UPDATE spool SET set_aside = set_aside - 1; END;
        """;

    /// <summary>Moves the first event of the spool there; one whose <c>eventId</c> is there already is a duplicate. Returns how many left the queue.</summary>
    public static int AddFirst(SqliteSession session, int code, string words)
    {
        const string First = "seq = (SELECT min(seq) FROM ad_events)";
        using var move = session.Kept(
            $"""
            INSERT INTO set_aside ({SqliteEvents.Columns}, identity, code, words)
            SELECT {SqliteEvents.Columns}, identity, ?, ? FROM ad_events WHERE {First} ON CONFLICT DO NOTHING
            """);
        move.Put(code).Put(words).Run();
        using var delete = session.Kept($"DELETE FROM ad_events WHERE {First}");
        return delete.Run();
    }

    /// <summary>Puts all of them behind what waits in the spool; returns how many joined the queue.</summary>
    public static int TakeBack(SqliteSession session)
    {
        using var back = session.Kept(
            $"""
            INSERT INTO ad_events ({SqliteEvents.Columns}, identity)
            SELECT {SqliteEvents.Columns}, identity FROM set_aside WHERE true ORDER BY seq ON CONFLICT DO NOTHING
            """);
        var count = back.Run();
        using var delete = session.Kept("DELETE FROM set_aside");
        delete.Run();
        return count;
    }
}
