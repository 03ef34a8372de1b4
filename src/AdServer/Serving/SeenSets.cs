using AdServer.Catalog;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>
/// Which ads had an event from which package, in memory: loaded before the host listens, then fed with each committed batch before its
/// events are answered, and with what other hosts committed. Packages beyond the bound share one set.
/// </summary>
internal sealed class SeenSets(KnownPackages packages, CatalogRefresher catalog, AdLookup lookup)
{
    private readonly SeenSet?[] sets = new SeenSet?[packages.Most + 1];
    private long pairs;

    /// <summary>How many ads have been seen, summed over the packages.</summary>
    public long Pairs => Interlocked.Read(ref pairs);

    public SeenSet Of(Package package) => Volatile.Read(ref sets[package.Index]) ?? SeenSet.Empty;

    /// <summary>Takes in events that were committed. Ads that left the catalogue are nobody's candidates and left out.</summary>
    public void Add(IReadOnlyList<AdEvent> committed)
    {
        var snapshot = catalog.Current;
        foreach (var one in committed)
        {
            var package = packages.Resolve(one.CountedPackage);
            if (snapshot.Find(one.AdId) is { } ad && !Of(package).Contains(ad.Slot))
            {
                Add(package, [ad.Slot], snapshot.Slots);
            }
        }
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

    private void Add(Package package, Span<int> slots, int slotCount)
    {
        var set = Volatile.Read(ref sets[package.Index])
            ?? Interlocked.CompareExchange(ref sets[package.Index], new SeenSet(), null)
            ?? sets[package.Index]!;
        Interlocked.Add(ref pairs, set.Add(slots, slotCount));
    }
}
