using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Tests.ManyHosts;

/// <summary>The delivered pairs of several hosts: those of one store, which may be away, and how often it was asked for some.</summary>
internal sealed class SharedDeliveredStore(IDeliveredStore store) : IDeliveredStore
{
    private int questions;

    public bool IsAway { get; set; }

    public int Questions => Volatile.Read(ref questions);

    public Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation) => store.AddDeliveredAdsAsync(sets, cancellation);

    public IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation) => store.ReadDeliveredAdsAsync(cancellation);

    public Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        Interlocked.Increment(ref questions);
        return IsAway ? throw new StoreUnavailableException("away") : store.FindDeliveredAdsAsync(pairs, cancellation);
    }
}
