namespace AdServer.Storage.Sqlite;

/// <summary>
/// Inserts rows into a table, up to <see cref="RowsAtOnce"/> to a statement: what the engine does for each statement, as opening its tables, it does once. Rows that are added to
/// others which are there take two thirds of the time, or four fifths where each is on a page of its own (Decisions.md).
/// </summary>
internal sealed class SqliteInsertion
{
    /// <summary>The most rows of one statement: about as many as there are events that wait for a commit under load. More of them gain nothing.</summary>
    private const int RowsAtOnce = 16;

    /// <summary>The statement that inserts so many rows; none does not come up.</summary>
    private readonly string[] texts;

    /// <param name="table">The table.</param>
    /// <param name="columns">Its columns, in the order in which they are put.</param>
    /// <param name="conflict">What becomes of a row that is there: an <c>ON CONFLICT</c> clause.</param>
    public SqliteInsertion(string table, string columns, string conflict = "")
    {
        var row = $"({string.Join(", ", columns.Split(',').Select(_ => "?"))})";
        texts = [.. Enumerable.Range(0, RowsAtOnce + 1).Select(rows => $"INSERT INTO {table} ({columns}) VALUES {string.Join(", ", Enumerable.Repeat(row, rows))} {conflict}")];
    }

    /// <summary>Inserts rows, in their order.</summary>
    /// <param name="session">The writing connection.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="put">Puts one into the statement, all columns.</param>
    public void Run<T>(SqliteSession session, ReadOnlySpan<T> rows, Action<SqliteStatement, T> put)
    {
        while (rows.Length > 0)
        {
            var part = rows[..Math.Min(RowsAtOnce, rows.Length)];
            using var insert = session.Kept(texts[part.Length]);
            foreach (var row in part)
            {
                put(insert, row);
            }

            insert.Run();
            rows = rows[part.Length..];
        }
    }
}
