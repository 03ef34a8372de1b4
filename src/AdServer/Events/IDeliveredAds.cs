using AdServer.Catalog;

namespace AdServer.Events;

/// <summary>Which ads were ever handed out to which package: a pair is added when it is delivered and never removed.</summary>
internal interface IDeliveredAds
{
    /// <summary>Whether it is known that the ad was handed out to the package.</summary>
    bool Contains(Package package, CatalogAd ad);
}
