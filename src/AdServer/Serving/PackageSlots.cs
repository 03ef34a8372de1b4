using System.Runtime.InteropServices;
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
    /// <param name="slots">What is added; it may be sorted in place.</param>
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
        var (known, slots) = (catalog.Current, new List<int>(set.AdIds.Count));
        foreach (var adId in set.AdIds)
        {
            // Each ad is looked up once where it is known: a start does this for every pair there is.
            var ad = known.Find(adId) ?? (await lookup.FindAsync(adId, cancellation) ? catalog.Current.Find(adId) : null);
            if (ad is not null)
            {
                slots.Add(ad.Slot);
            }
        }

        var package = packages.Resolve(set.Package);
        if (slots.Count > 0)
        {
            Add(package, CollectionsMarshal.AsSpan(slots), catalog.Current.Slots);
        }
    }
}
