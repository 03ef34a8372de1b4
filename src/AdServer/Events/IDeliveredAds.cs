using AdServer.Catalog;

namespace AdServer.Events;

/// <summary>Which ads were ever handed out to which package: a pair is added when it is delivered and never removed.</summary>
internal interface IDeliveredAds
{
    /// <summary>Whether this host knows that the ad was handed out to the package.</summary>
    bool Contains(Package package, CatalogAd ad);

    /// <summary>
    /// Asks the store for pairs that this host does not know, if other hosts hand out ads, too; what it knows this host knows from then on.
    /// Says whether the others were never handed out; else nobody can say that now.
    /// </summary>
    ValueTask<bool> LearnAsync(IReadOnlyCollection<(Package Package, CatalogAd Ad)> pairs, CancellationToken cancellation);
}
