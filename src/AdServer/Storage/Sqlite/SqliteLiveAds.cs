using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Which ads count: those in the catalogue that were not removed (law 6). Asked inside the transaction that uses the answer; remembers
/// what it was told.
/// </summary>
internal sealed class SqliteLiveAds(SqliteSession session)
{
    /// <summary>What the connection itself does not remember.</summary>
    private readonly Dictionary<string, long?> numbers = [];

    /// <summary>The small number of a live ad; nothing for any other.</summary>
    public long? NumberOf(string adId)
    {
        if (session.Numbers?.Ad(adId) is { } known)
        {
            return known;
        }

        if (!numbers.TryGetValue(adId, out var number))
        {
            numbers[adId] = number = Find(adId);
        }

        return number;
    }

    public bool Has(string adId) => NumberOf(adId) is not null;

    private long? Find(string adId)
    {
        using var select = session.Kept("SELECT number FROM ads WHERE id = ? AND removed_at IS NULL");
        var number = select.Put(adId).Rows().Select(row => (long?)row.Int(0)).SingleOrDefault();
        if (number is { } found)
        {
            session.Numbers?.NoteAd(adId, found);
        }

        return number;
    }

    /// <summary>The ads that were asked about and do not count.</summary>
    public IEnumerable<string> Gone => numbers.Where(pair => pair.Value is null).Select(pair => pair.Key);

    /// <summary>The counts without those of ads that do not count; nearly always the very ones that were given, so neither is to be changed.</summary>
    public RollUp Only(RollUp all) => all.AdIds.All(Has) ? all : all.Only(Has);
}
