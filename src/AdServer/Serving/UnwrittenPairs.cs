using System.Collections.Concurrent;
using AdServer.Catalog;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>
/// Pairs of packages and ads that the store does not have yet, kept by package as the store wants them: nothing is to be grouped, or looked up by name, when they are written.
/// Added to by requests, taken from by one caller at a time.
/// </summary>
/// <param name="mostPackages">The highest index of a package.</param>
internal sealed class UnwrittenPairs(int mostPackages)
{
    /// <summary>Room for so many ads is kept for the next time: about what a second of full load brings to each of a thousand packages. After an outage a hundred thousand of them may have had more.</summary>
    private const int MostRoomKept = 64;

    /// <summary>By the package's index.</summary>
    private readonly List<CatalogAd>?[] ads = new List<CatalogAd>?[mostPackages + 1];

    /// <summary>The packages whose list has something, each once. Changed together with that, under the lock of the list.</summary>
    private readonly ConcurrentQueue<Package> waiting = new();

    /// <summary>How many packages have any.</summary>
    public int PackagesWaiting => waiting.Count;

    public void Add(Package package, CatalogAd ad)
    {
        var list = Volatile.Read(ref ads[package.Index])
            ?? Interlocked.CompareExchange(ref ads[package.Index], [], null)
            ?? ads[package.Index]!;
        lock (list)
        {
            if (list.Count == 0)
            {
                waiting.Enqueue(package);
            }

            list.Add(ad);
        }
    }

    /// <summary>Takes all of the package that has waited longest; nothing if no package has any.</summary>
    public PackageAds? Take()
    {
        if (!waiting.TryPeek(out var package))
        {
            return null;
        }

        var list = ads[package.Index]!;
        CatalogAd[] own;
        lock (list)
        {
            own = [.. list];
        }

        // Not under the lock, where requests wait; and whatever fails up to here, the package still waits for its turn.
        var taken = new PackageAds(package.Name, Array.ConvertAll(own, ad => ad.Ad.Id));
        lock (list)
        {
            if (list.Count > own.Length)
            {
                waiting.Enqueue(package);
            }

            waiting.TryDequeue(out _);
            list.RemoveRange(0, own.Length);
            if (list.Count == 0 && list.Capacity > MostRoomKept)
            {
                list.Capacity = 0;
            }
        }

        return taken;
    }
}
