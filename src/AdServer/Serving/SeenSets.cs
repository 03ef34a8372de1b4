using AdServer.Catalog;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>
/// Which ads had an event from which package, in memory: loaded before the host listens, then fed with each committed batch before its
/// events are answered. Packages beyond the bound share one set.
/// </summary>
internal sealed class SeenSets(KnownPackages packages, CatalogRefresher catalog)
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

    /// <summary>Takes in what the store remembers.</summary>
    public async Task LoadAsync(IStatsStore store, CancellationToken cancellation)
    {
        var snapshot = catalog.Current;
        await foreach (var (name, adIds) in store.ReadPackageAdsAsync(cancellation))
        {
            var package = packages.Resolve(name);
            int[] slots = [.. adIds.Select(snapshot.Find).OfType<CatalogAd>().Select(ad => ad.Slot)];
            if (slots.Length > 0)
            {
                Add(package, slots, snapshot.Slots);
            }
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
