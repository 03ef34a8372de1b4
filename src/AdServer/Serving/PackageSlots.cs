using AdServer.Catalog;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>A set of ads for each package, in memory; packages beyond the bound share one. Only grows.</summary>
internal sealed class PackageSlots(KnownPackages packages, CatalogRefresher catalog, AdLookup lookup)
{
    private readonly SlotSet?[] sets = new SlotSet?[packages.Most + 1];
    private long pairs;

    /// <summary>How many ads are held, summed over the packages.</summary>
    public long Pairs => Interlocked.Read(ref pairs);

    public SlotSet Of(Package package) => Volatile.Read(ref sets[package.Index]) ?? SlotSet.Empty;

    /// <summary>Adds slots, and says how many are new.</summary>
    /// <param name="package">The package.</param>
    /// <param name="slots">What is added; it is sorted in place.</param>
    /// <param name="slotCount">One more than the highest slot that any ad has now.</param>
    public int Add(Package package, Span<int> slots, int slotCount)
    {
        var set = Volatile.Read(ref sets[package.Index])
            ?? Interlocked.CompareExchange(ref sets[package.Index], new SlotSet(), null)
            ?? sets[package.Index]!;
        var added = set.Add(slots, slotCount);
        Interlocked.Add(ref pairs, added);
        return added;
    }

    /// <summary>Takes in what the store knows. An ad that this host does not know may be new: it is looked up before it is left out.</summary>
    /// <exception cref="Common.StoreUnavailableException">That is not possible now; nothing was taken in.</exception>
    public async Task AddAsync(PackageAds set, CancellationToken cancellation)
    {
        var known = catalog.Current;
        foreach (var adId in set.AdIds.Where(adId => known.Find(adId) is null))
        {
            await lookup.FindAsync(adId, cancellation);
        }

        var (package, snapshot) = (packages.Resolve(set.Package), catalog.Current);
        int[] slots = [.. set.AdIds.Select(snapshot.Find).OfType<CatalogAd>().Select(ad => ad.Slot)];
        if (slots.Length > 0)
        {
            Add(package, slots, snapshot.Slots);
        }
    }
}
