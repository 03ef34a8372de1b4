namespace AdServer.Stats;

/// <summary>
/// A page of the pairs of package and ad: those of the ads from one on, in ordinal order, as many as fit into memory. Like
/// <see cref="LedgerWindow"/> it only ever shrinks at its end.
/// </summary>
/// <param name="from">The first ad that may be in it.</param>
/// <param name="mostPairs">About how many pairs it holds at most, but those of one ad at least.</param>
internal sealed class PairWindow(string from, int mostPairs)
{
    /// <summary>The pairs that are held when nobody says otherwise: some fifty megabytes.</summary>
    public const int MostPairs = 500_000;

    private readonly int most = mostPairs;
    private readonly List<HashSet<(string Package, string AdId)>> sets = [];
    private int room = mostPairs;

    /// <summary>The first ad after it; nothing if it reaches to the end.</summary>
    public string? Until { get; private set; }

    public bool Takes(string adId) =>
        string.CompareOrdinal(adId, from) >= 0 && (Until is null || string.CompareOrdinal(adId, Until) < 0);

    /// <summary>A new set, which loses what no longer fits.</summary>
    public HashSet<(string Package, string AdId)> NewSet()
    {
        sets.Add([]);
        return sets[^1];
    }

    /// <summary>Adds to a set those pairs that it takes.</summary>
    public void Add(HashSet<(string Package, string AdId)> set, IEnumerable<(string Package, string AdId)> pairs)
    {
        set.UnionWith(pairs.Where(pair => Takes(pair.AdId)));
        if (sets.Sum(one => one.Count) > room)
        {
            Shrink();
        }
    }

    private void Shrink()
    {
        var kept = 0;
        foreach (var ad in sets.SelectMany(set => set).CountBy(pair => pair.AdId, StringComparer.Ordinal).OrderBy(ad => ad.Key, StringComparer.Ordinal))
        {
            if (kept > 0 && kept + ad.Value > most / 2)
            {
                Until = ad.Key;
                break;
            }

            kept += ad.Value;
        }

        sets.ForEach(set => set.RemoveWhere(pair => !Takes(pair.AdId)));
        room = Math.Max(most, 2 * kept);
    }
}
