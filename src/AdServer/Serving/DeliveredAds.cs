using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>
/// Which ads were ever handed out to which package, in memory: loaded before the host listens, then told of each delivery. New pairs wait
/// here until <see cref="DeliveryWriter"/> has them written. What other hosts handed out is asked of the store when it matters.
/// </summary>
internal sealed class DeliveredAds(
    KnownPackages packages, CatalogRefresher catalog, AdLookup adLookup, DeliveredLookup lookup, IDeliveredStore store) : IDeliveredAds
{
    /// <summary>So many pairs are enough to be written at once, besides the others of the last one's package: about what a second of full load brings, since those of one package share what is written.</summary>
    private const int EnoughAtOnce = 50_000;

    private readonly PackageSlots sets = new(packages, catalog, adLookup);
    private readonly UnwrittenPairs unwritten = new(packages.Most);

    /// <summary>What was taken to be written, until the store has it.</summary>
    private readonly List<PackageAds> taken = [];

    /// <summary>How many ads were handed out, summed over the packages.</summary>
    public long Pairs => sets.Pairs;

    public bool Contains(Package package, CatalogAd ad) => sets.Of(package).Contains(ad.Slot);

    /// <summary>Has the processor fetch what <see cref="Note"/> will look at of a package that was handed many ads, and waits for nothing.</summary>
    public void Fetch(Package package, int slot) => sets.Of(package).Fetch(slot);

    /// <summary>Notes a delivery. Nearly always the pair is there already: then this is one look.</summary>
    public void Note(Package package, CatalogAd ad)
    {
        if (!Contains(package, ad) && sets.Add(package, [ad.Slot], Math.Max(catalog.Current.Slots, ad.Slot + 1)) > 0)
        {
            unwritten.Add(package, ad);
        }
    }

    public async ValueTask<bool> LearnAsync(IReadOnlyCollection<(Package Package, CatalogAd Ad)> pairs, CancellationToken cancellation)
    {
        if (await lookup.FindAsync([.. pairs.Select(pair => (pair.Package.Name, pair.Ad.Ad.Id))], cancellation) is not { } found)
        {
            return false;
        }

        try
        {
            foreach (var set in found)
            {
                await sets.AddAsync(set, cancellation);
            }

            return true;
        }
        catch (StoreUnavailableException)
        {
            // Of an ad that this host does not know yet.
            return false;
        }
    }

    /// <summary>Takes in all that the store has.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await foreach (var set in store.ReadDeliveredAdsAsync(cancellation))
        {
            await sets.AddAsync(set, cancellation);
        }
    }

    /// <summary>Writes the pairs that the store did not have when this was called. For one caller at a time.</summary>
    /// <exception cref="StoreUnavailableException">What was not written is kept for the next time.</exception>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        // What comes meanwhile goes with the next flush: chasing it would make a transaction of every few pairs under load.
        for (var packagesLeft = unwritten.PackagesWaiting; taken.Count > 0 || packagesLeft > 0; taken.Clear())
        {
            packagesLeft -= Take(packagesLeft);
            await store.AddDeliveredAdsAsync(taken, cancellation);
        }
    }

    /// <summary>Takes as much as is written at once, besides what was taken before and not written; says of how many packages.</summary>
    private int Take(int packagesLeft)
    {
        var (count, pairs) = (0, taken.Sum(set => set.AdIds.Count));
        for (; count < packagesLeft && pairs < EnoughAtOnce && unwritten.Take() is { } set; count++)
        {
            pairs += set.AdIds.Count;
            taken.Add(set);
        }

        return count;
    }
}
