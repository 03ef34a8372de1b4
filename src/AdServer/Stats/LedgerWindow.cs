namespace AdServer.Stats;

/// <summary>
/// A page of a day's ledger: the ads from one on, in ordinal order, as many as fit into memory. It only ever shrinks at its end, so whatever
/// it holds of an ad is all that it was given of it.
/// </summary>
/// <param name="from">The first ad that may be in it.</param>
/// <param name="mostKeys">About how many keys it holds at most, but those of one ad at least.</param>
internal sealed class LedgerWindow(string from, int mostKeys)
{
    private readonly int most = mostKeys;
    private int room = mostKeys;

    /// <summary>The first ad after it; nothing if it reaches to the end.</summary>
    public string? Until { get; private set; }

    /// <summary>What raw events say.</summary>
    public RollUp Raw { get; } = new();

    /// <summary>What the rows say.</summary>
    public RollUp Rows { get; } = new();

    /// <summary>What the buckets say.</summary>
    public RollUp Buckets { get; } = new();

    private RollUp[] All => [Raw, Rows, Buckets];

    /// <summary>Every ad of which it holds something.</summary>
    public IReadOnlyCollection<string> Ads => SizesOf().Keys;

    public bool Takes(string adId) =>
        string.CompareOrdinal(adId, from) >= 0 && (Until is null || string.CompareOrdinal(adId, Until) < 0);

    /// <summary>Gives up its last ads when it holds too much; to be called now and then. Says whether it did.</summary>
    public bool Fit()
    {
        if (All.Sum(counts => counts.Keys) <= room)
        {
            return false;
        }

        // Half of the room is left, so that this happens once in so many additions.
        var (kept, isCut) = (0, false);
        foreach (var (adId, size) in SizesOf())
        {
            if (kept > 0 && kept + size > most / 2)
            {
                (Until, isCut) = (adId, true);
                break;
            }

            kept += size;
        }

        Array.ForEach(All, counts => counts.Forget(adId => !Takes(adId)));
        // Where one ad alone is too large, to look again at each addition would be in vain.
        room = Math.Max(most, 2 * kept);
        return isCut;
    }

    private SortedDictionary<string, int> SizesOf()
    {
        var sizes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var adId in All.SelectMany(counts => counts.AdIds))
        {
            sizes[adId] = sizes.GetValueOrDefault(adId) + 1;
        }

        return sizes;
    }
}
