using AdServer.Common;

namespace AdServer.Stats;

/// <summary>Which ads were ever handed out to which package: pairs that are only added, and go with their ad.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IDeliveredStore
{
    /// <summary>Adds pairs; those that are there stay. Their packages are counted by name from then on. Removed ads are left out.</summary>
    Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation);

    /// <summary>All pairs of ads that are not removed, in bounded chunks.</summary>
    IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation);

    /// <summary>Those of some pairs that are there.</summary>
    Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation);
}

/// <summary>Some of the ads that had an event from a package, or were handed out to it.</summary>
internal sealed record PackageAds(string Package, IReadOnlyList<string> AdIds)
{
    /// <summary>Pairs by their package.</summary>
    public static IReadOnlyList<PackageAds> Sets(IEnumerable<(string Package, string AdId)> pairs) =>
        [.. pairs.GroupBy(pair => pair.Package, pair => pair.AdId).Select(set => new PackageAds(set.Key, [.. set]))];
}
