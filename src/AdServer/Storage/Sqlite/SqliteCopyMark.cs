using AdServer.Commands.Copying;
using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The one row of <c>copies</c>: which source a store is copied from, and how far that is. The table exists only where a copy was begun; it
/// changes in the transactions that add the rows.
/// </summary>
internal static class SqliteCopyMark
{
    private const string Create =
        """
        CREATE TABLE IF NOT EXISTS copies (
            source TEXT NOT NULL, stage TEXT NOT NULL, place TEXT NOT NULL, done INTEGER NOT NULL, is_finished INTEGER NOT NULL) STRICT
        """;

    /// <summary>What a store has rows in as soon as anybody used it.</summary>
    private static readonly string[] Used =
        ["performers", "developers", "ads", "ad_events", "event_ids", "rolls", "packages", "daily_deliveries", "daily_requests", "raw_since"];

    /// <summary>Refuses a store that a copy has not finished.</summary>
    /// <exception cref="StartException">It is refused.</exception>
    public static void RequireFinished(SqliteSession session, string path)
    {
        if (Find(session) is ({ IsFinished: false }, var source))
        {
            throw new StartException(
                $"{path} is a copy of {source} that is not finished. Start the same -- copy again: it goes on where it was stopped.");
        }
    }

    /// <summary>Whether a copy may write to a store: not to one that it has finished, which servers may use by now.</summary>
    /// <exception cref="StartException">The store holds something else: it is left as it is, its schema too.</exception>
    public static bool IsToWrite(SqliteSession session, string path)
    {
        if (Find(session) is var (mark, _))
        {
            return !mark.IsFinished;
        }

        RequireEmpty(session, path);
        return true;
    }

    /// <summary>The mark of a copy of this source, made in a store that is empty.</summary>
    /// <exception cref="StartException">The store holds something else.</exception>
    public static CopyMark Begin(SqliteSession session, string source, string path)
    {
        if (Find(session) is var (mark, of))
        {
            return of == source ? mark : throw new StartException(
                $"{path} is a copy of {of}, and this one is of {source}. Name an empty store with --to, or {of} with --from.");
        }

        RequireEmpty(session, path);
        session.Execute(Create);
        using var insert = session.Once("INSERT INTO copies (source, stage, place, done, is_finished) VALUES (?, ?, ?, ?, ?)");
        Put(insert.Put(source), CopyMark.Start);
        return CopyMark.Start;
    }

    public static void Replace(SqliteSession session, CopyMark mark)
    {
        using var update = session.Kept("UPDATE copies SET stage = ?, place = ?, done = ?, is_finished = ?");
        Put(update, mark);
    }

    private static void RequireEmpty(SqliteSession session, string path)
    {
        var isMade = session.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'performers'") == 1;
        if (isMade && Used.Any(table => session.Number($"SELECT EXISTS (SELECT 1 FROM {table})") == 1))
        {
            throw new StartException($"{path} holds data that no copy has put there. Name an empty store with --to: it is made if there is none.");
        }
    }

    private static void Put(SqliteStatement statement, CopyMark mark) =>
        statement.Put(mark.Stage.ToString()).Put(mark.Place).Put(mark.Done).Put(mark.IsFinished).Run();

    private static (CopyMark Mark, string Source)? Find(SqliteSession session)
    {
        if (session.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'copies'") == 0)
        {
            return null;
        }

        using var select = session.Once("SELECT source, stage, place, done, is_finished FROM copies");
        return select.Rows().Select(row => (
            new CopyMark(Enum.Parse<CopyStage>(row.Text(1)), row.Text(2), row.Int(3), row.Bool(4)), row.Text(0))).Single();
    }
}
