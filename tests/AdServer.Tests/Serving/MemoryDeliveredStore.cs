using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Tests.Serving;

/// <summary>The delivered pairs in memory; may be away.</summary>
internal sealed class MemoryDeliveredStore : IDeliveredStore
{
    public bool IsAway { get; set; }

    /// <summary>The most pairs of one call.</summary>
    public int MostAtOnce { get; private set; }

    public List<(string Package, string AdId)> Pairs { get; } = [];

    /// <summary>What happens while pairs are written.</summary>
    public Action Meanwhile { get; set; } = () => { };

    public Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation)
    {
        if (IsAway)
        {
            throw new StoreUnavailableException("away");
        }

        MostAtOnce = Math.Max(MostAtOnce, sets.Sum(set => set.AdIds.Count));
        Meanwhile();
        Pairs.AddRange(sets.SelectMany(set => set.AdIds, (set, adId) => (set.Package, adId)));
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation) => PackageAds.Sets(Pairs).ToAsyncEnumerable();

    public Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation) =>
        Task.FromResult(PackageAds.Sets(Pairs.Intersect(pairs)));
}
