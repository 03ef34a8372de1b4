using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>What serving needs of a database: which ads were seen in which package, and the totals of what was asked for and handed out.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IServingStore
{
    /// <summary>
    /// Which ads have had an event from which package, tail included, in bounded chunks; a pair may come twice. First come all packages
    /// that have been counted by name, in the order in which they were, those that only asked too: without ads.
    /// </summary>
    IAsyncEnumerable<PackageAds> ReadPackageAdsAsync(CancellationToken cancellation);

    /// <summary>
    /// The same of the events that were committed, by whomever, after a place that an earlier call gave. The first call has no place: it
    /// gives one and reads nothing, so whoever makes it before <see cref="ReadPackageAdsAsync"/> misses nothing. The place may lie some time
    /// back: then what was committed since comes a second time. No place comes back if this process alone writes.
    /// </summary>
    Task<PackageAdsNews> ReadNewPackageAdsAsync(PackageAdsPlace? after, CancellationToken cancellation);

    /// <summary>Replaces this process's running totals of the given keys; doing it twice changes nothing. Removed ads are left out.</summary>
    Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation);
}

/// <summary>What was committed since a place, and the place to ask from the next time.</summary>
internal sealed record PackageAdsNews(IReadOnlyList<PackageAds> Sets, PackageAdsPlace? Place)
{
    /// <summary>Nobody else writes.</summary>
    public static PackageAdsNews None { get; } = new([], null);
}

/// <summary>How far committed events have been read.</summary>
/// <param name="Roll">The last roll that was read.</param>
/// <param name="Batches">The batches that were read before it was known that a roll up to this one holds them.</param>
internal sealed record PackageAdsPlace(long Roll, IReadOnlySet<string> Batches);

/// <summary>How often an ad was handed out on a day by one process so far.</summary>
internal readonly record struct DeliveryTotal(string AdId, UtcDay Day, long Deliveries);

/// <summary>How often an app asked on a day, and how often it got an ad, by one process so far.</summary>
internal readonly record struct RequestTotal(string Package, UtcDay Day, long Requests, long Fills);
