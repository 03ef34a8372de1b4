namespace AdServer.Storage.Sqlite;

/// <summary>A roll as it is kept: the events with <c>First ≤ seq ≤ Last</c>. A closed one never changes (law 4).</summary>
internal readonly record struct SqliteRoll(long Number, long First, long Last, bool Applied);

/// <summary>The statements on <c>rolls</c>. Only the newest roll can be unapplied.</summary>
internal static class SqliteRolls
{
    /// <summary>The newest roll, applied or not; number 0 before the first.</summary>
    public static SqliteRoll Newest(SqliteSession session)
    {
        using var select = session.Kept("SELECT number, first_seq, last_seq, applied FROM rolls ORDER BY number DESC LIMIT 1");
        return select.Rows().Select(Read).SingleOrDefault(new SqliteRoll(0, 0, 0, Applied: true));
    }

    /// <summary>The newest roll that was applied: the position of everything derived that counts; number 0 before the first.</summary>
    public static SqliteRoll LastApplied(SqliteSession session)
    {
        using var select = session.Kept(
            "SELECT number, first_seq, last_seq, applied FROM rolls WHERE applied = 1 ORDER BY number DESC LIMIT 1");
        return select.Rows().Select(Read).SingleOrDefault(new SqliteRoll(0, 0, 0, Applied: true));
    }

    public static SqliteRoll? Find(SqliteSession session, long number)
    {
        using var select = session.Kept("SELECT number, first_seq, last_seq, applied FROM rolls WHERE number = ?");
        return select.Put(number).Rows().Select(Read).Cast<SqliteRoll?>().SingleOrDefault();
    }

    /// <summary>The roll that holds a position.</summary>
    public static SqliteRoll Holding(SqliteSession session, long seq)
    {
        using var select = session.Kept("SELECT number, first_seq, last_seq, applied FROM rolls WHERE last_seq >= ? ORDER BY last_seq LIMIT 1");
        return select.Put(seq).Rows().Select(Read).Single();
    }

    /// <summary>Closes the next roll over the events that are in none, and says how many they are; nothing if there are none.</summary>
    public static (SqliteRoll Roll, long Events)? Close(SqliteSession session, SqliteRoll newest, int maxEvents, DateTimeOffset now)
    {
        using var select = session.Kept(
            "SELECT count(*), min(seq), max(seq) FROM (SELECT seq FROM ad_events WHERE seq > ? ORDER BY seq LIMIT ?)");
        var (events, first, last) = select.Put(newest.Last).Put(maxEvents).Rows()
            .Select(row => (row.Int(0), row.Int(1), row.Int(2))).Single();
        if (events == 0)
        {
            return null;
        }

        using var insert = session.Kept("INSERT INTO rolls (number, first_seq, last_seq, events, closed_at) VALUES (?, ?, ?, ?, ?)");
        insert.Put(newest.Number + 1).Put(first).Put(last).Put(events).Put(now).Run();
        return (new SqliteRoll(newest.Number + 1, first, last, Applied: false), events);
    }

    public static void MarkApplied(SqliteSession session, long number)
    {
        using var update = session.Kept("UPDATE rolls SET applied = 1 WHERE number = ?");
        update.Put(number).Run();
    }

    private static SqliteRoll Read(SqliteStatement row) => new(row.Int(0), row.Int(1), row.Int(2), row.Bool(3));
}
