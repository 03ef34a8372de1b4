using AdServer.Common;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Tests.Serving;

/// <summary>What serving and sweeping need of a store, in memory; nothing is left to be swept.</summary>
internal sealed class MemoryServingStore : IServingStore, ISweepStore
{
    private int failures;

    public bool IsAway { get; set; }

    /// <summary>What every write fails with; nothing: it does not.</summary>
    public Exception? Fault { get; set; }

    public int Failures => Volatile.Read(ref failures);

    public int Writes { get; private set; }

    public Dictionary<(string Process, string AdId, UtcDay Day), long> Deliveries { get; } = [];

    public Dictionary<(string Process, string Package, UtcDay Day), (long Requests, long Fills)> Requests { get; } = [];

    public List<PackageAds> PackageAds { get; } = [];

    public Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation)
    {
        if (IsAway)
        {
            throw new StoreUnavailableException("away");
        }

        FailIfTold();
        Writes++;
        foreach (var total in deliveries)
        {
            Deliveries[(process, total.AdId, total.Day)] = total.Deliveries;
        }

        foreach (var total in requests)
        {
            Requests[(process, total.Package, total.Day)] = (total.Requests, total.Fills);
        }

        return Task.CompletedTask;
    }

    public IAsyncEnumerable<PackageAds> ReadPackageAdsAsync(CancellationToken cancellation) => PackageAds.ToAsyncEnumerable();

    public Task<PackageAdsNews> ReadNewPackageAdsAsync(PackageAdsPlace? after, CancellationToken cancellation) =>
        Task.FromResult(PackageAdsNews.None);

    public Task<bool> SweepRemovedAsync(int slice, CancellationToken cancellation)
    {
        FailIfTold();
        return Task.FromResult(false);
    }

    private void FailIfTold()
    {
        if (Fault is { } fault)
        {
            Interlocked.Increment(ref failures);
            throw fault;
        }
    }
}
