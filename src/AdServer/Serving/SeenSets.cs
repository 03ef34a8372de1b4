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
    private readonly PackageSlots sets = new(packages, catalog, lookup);

    /// <summary>How many ads have been seen, summed over the packages.</summary>
    public long Pairs => sets.Pairs;

    public SlotSet Of(Package package) => sets.Of(package);

    /// <summary>Takes in events that were committed. Ads that left the catalogue are nobody's candidates and left out.</summary>
    public void Add(IReadOnlyList<AdEvent> committed)
    {
        var snapshot = catalog.Current;
        foreach (var one in committed)
        {
            var package = packages.Resolve(one.CountedPackage);
            if (snapshot.Find(one.AdId) is { } ad && !Of(package).Contains(ad.Slot))
            {
                sets.Add(package, [ad.Slot], snapshot.Slots);
            }
        }
    }

    /// <summary>Takes in what the store knows.</summary>
    /// <exception cref="Common.StoreUnavailableException">That is not possible now; nothing was taken in.</exception>
    public Task AddAsync(PackageAds set, CancellationToken cancellation) => sets.AddAsync(set, cancellation);
}
