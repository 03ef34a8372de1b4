using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>What statistics need of a database: derived rows (written by the roll-up alone), delivery rows, and reading both with the tail.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IStatsStore
{
    /// <summary>
    /// Writes what a roll adds (buckets, ad rows, package rows, package sets) and marks it applied. Doing it again changes nothing (law 5).
    /// Events of removed ads count nothing (law 6).
    /// </summary>
    Task ApplyAsync(Roll roll, CancellationToken cancellation);

    /// <summary>Counts at one moment: derived rows plus the events that no applied roll holds. Removed ads are not in them.</summary>
    Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation);

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

    /// <summary>Deletes a bounded slice of what removed ads left behind (law 6); returns whether there may be more.</summary>
    Task<bool> SweepRemovedAsync(int slice, CancellationToken cancellation);
}

/// <summary>Some of the ads that had an event from a package, or were handed out to it.</summary>
internal sealed record PackageAds(string Package, IReadOnlyList<string> AdIds)
{
    /// <summary>Pairs by their package.</summary>
    public static IReadOnlyList<PackageAds> Sets(IEnumerable<(string Package, string AdId)> pairs) =>
        [.. pairs.GroupBy(pair => pair.Package, pair => pair.AdId).Select(set => new PackageAds(set.Key, [.. set]))];
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
