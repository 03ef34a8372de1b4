using System.Collections.Concurrent;
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
    /// <summary>The most pairs that are written at once: about what a second of full load can bring, since those of one package share what is written.</summary>
    private const int MostAtOnce = 50_000;

    private readonly PackageSlots sets = new(packages, catalog, adLookup);
    private readonly ConcurrentQueue<(string Package, string AdId)> fresh = new();
    private readonly List<(string Package, string AdId)> unwritten = [];

    /// <summary>How many ads were handed out, summed over the packages.</summary>
    public long Pairs => sets.Pairs;

    public bool Contains(Package package, CatalogAd ad) => sets.Of(package).Contains(ad.Slot);

    /// <summary>Notes a delivery. Nearly always the pair is there already: then this is one look.</summary>
    public void Note(Package package, CatalogAd ad)
    {
        if (!Contains(package, ad) && sets.Add(package, [ad.Slot], Math.Max(catalog.Current.Slots, ad.Slot + 1)) > 0)
        {
            fresh.Enqueue((package.Name, ad.Ad.Id));
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
        for (var left = unwritten.Count + fresh.Count; left > 0; unwritten.Clear())
        {
            Take();
            left -= unwritten.Count;
            await store.AddDeliveredAdsAsync(PackageAds.Sets(unwritten), cancellation);
        }
    }

    private void Take()
    {
        while (unwritten.Count < MostAtOnce && fresh.TryDequeue(out var pair))
        {
            unwritten.Add(pair);
        }
    }
}
