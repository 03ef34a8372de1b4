using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Tests.ManyHosts;

/// <summary>The delivered pairs of several hosts: those of one store, which may be away, and how often it was asked for some.</summary>
internal sealed class SharedDeliveredStore(IDeliveredStore store) : IDeliveredStore
{
    private int questions;
    private Task open = Task.CompletedTask;
    private TaskCompletionSource? door;

    public bool IsAway { get; set; }

    public int Questions => Volatile.Read(ref questions);

    public Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation) => store.AddDeliveredAdsAsync(sets, cancellation);

    public IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation) => store.ReadDeliveredAdsAsync(cancellation);

    /// <summary>Leaves questions without an answer from now on.</summary>
    public void Hold() => open = (door = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void LetGo() => door!.SetResult();

    public async Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        Interlocked.Increment(ref questions);
        await open.WaitAsync(cancellation);
        return IsAway ? throw new StoreUnavailableException("away") : await store.FindDeliveredAdsAsync(pairs, cancellation);
    }
}
