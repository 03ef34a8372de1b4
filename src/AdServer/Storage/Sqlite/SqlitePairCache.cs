namespace AdServer.Storage.Sqlite;

/// <summary>
/// Rows of pairs (<see cref="SqlitePairSets"/>) that the writing connection has read or written, kept from one transaction to the next: every roll asks for the pairs of
/// all its packages, and where devices report several events of an ad it mostly has no new one. A transaction that leaves no trace leaves none here.
/// </summary>
internal sealed class SqlitePairCache
{
    /// <summary>
    /// The most rows of a table: some 2 MB. Whoever has more than that reads the others from the file, as after a start. None makes room for another: rows come around in
    /// turn, so that would be to forget what comes next.
    /// </summary>
    private const int Most = 1024;

    private readonly Dictionary<SqlitePairSets, Dictionary<long, NumberSet>> tables = [];
    private NumberSet spare = new();

    /// <summary>
    /// An empty set to read the next row into, which is the caller's until the next call: were there a new one for each row, those that find no room here would be a hundred megabytes of
    /// garbage in a second of many apps and ads.
    /// </summary>
    public NumberSet Blank()
    {
        spare.Clear();
        return spare;
    }

    public NumberSet? Find(SqlitePairSets table, long place) => tables.GetValueOrDefault(table)?.GetValueOrDefault(place);

    /// <summary>Keeps a row as the file has it, if there is room. Whoever changes the set writes it within the same transaction.</summary>
    public void Note(SqlitePairSets table, long place, NumberSet ads)
    {
        if (!tables.TryGetValue(table, out var rows))
        {
            tables[table] = rows = [];
        }

        if (rows.Count >= Most)
        {
            return;
        }

        rows[place] = ads;
        if (ReferenceEquals(ads, spare))
        {
            spare = new NumberSet();
        }
    }

    public void Forget(SqlitePairSets table, long place) => tables.GetValueOrDefault(table)?.Remove(place);

    public void Clear() => tables.Clear();
}
