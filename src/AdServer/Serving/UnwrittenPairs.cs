using System.Collections.Concurrent;
using AdServer.Catalog;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>Pairs of packages and ads that the store does not have yet, kept by package as the store wants them: nothing is to be sorted, or looked up by name, when they are written.</summary>
/// <param name="packages">The packages.</param>
internal sealed class UnwrittenPairs(KnownPackages packages)
{
    private readonly List<CatalogAd>?[] ads = new List<CatalogAd>?[packages.Most + 1];

    /// <summary>The packages that have any, each once.</summary>
    private readonly ConcurrentQueue<Package> waiting = new();

    /// <summary>How many packages have any.</summary>
    public int Packages => waiting.Count;

    public void Add(Package package, CatalogAd ad)
    {
        var list = Volatile.Read(ref ads[package.Index])
            ?? Interlocked.CompareExchange(ref ads[package.Index], [], null)
            ?? ads[package.Index]!;
        lock (list)
        {
            list.Add(ad);
            if (list.Count > 1)
            {
                return;
            }
        }

        waiting.Enqueue(package);
    }

    /// <summary>Takes all of the package that has waited longest; nothing if no package has any.</summary>
    public PackageAds? Take()
    {
        if (!waiting.TryDequeue(out var package))
        {
            return null;
        }

        var list = ads[package.Index]!;
        lock (list)
        {
            var taken = new PackageAds(package.Name, list.ConvertAll(ad => ad.Ad.Id));
            list.Clear();
            return taken;
        }
    }
}
