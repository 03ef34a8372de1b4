namespace AdServer.Storage.Sqlite;

/// <summary>
/// Rows of pairs (<see cref="SqlitePairSets"/>) that the writing connection has read or written, kept from one transaction to the next: every roll asks for the pairs of
/// all its packages, and where devices report several events of an ad it mostly has no new one. A transaction that leaves no trace leaves none here.
/// </summary>
internal sealed class SqlitePairCache
{
    /// <summary>The most rows: some 4 MB. Who has more than that reads the others from the file: rows come around in turn, so to make room would be to forget what comes next.</summary>
    private const int Most = 2048;

    private readonly Dictionary<(SqlitePairSets Sets, long Place), NumberSet> rows = [];

    public NumberSet? Find(SqlitePairSets sets, long place) => rows.GetValueOrDefault((sets, place));

    /// <summary>Keeps a row as the file has it, if there is room. Whoever changes the set writes it within the same transaction.</summary>
    public void Note(SqlitePairSets sets, long place, NumberSet ads)
    {
        if (rows.Count < Most)
        {
            rows[(sets, place)] = ads;
        }
    }

    public void Forget(SqlitePairSets sets, long place) => rows.Remove((sets, place));

    public void Clear() => rows.Clear();
}
