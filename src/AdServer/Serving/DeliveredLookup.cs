using System.Collections.Concurrent;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>
/// Asks the store whether ads were handed out by other hosts, before an event is held to be of an ad that never was. Anybody can make up
/// pairs, so few questions are asked at once, nobody waits long, and a no is remembered for a moment.
/// </summary>
internal sealed class DeliveredLookup(IDeliveredStore store, ICatalogReader catalog, TimeProvider clock) : IDisposable
{
    private const int MostAtOnce = 8;
    private const int MostRemembered = 10_000;

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim places = new(MostAtOnce);
    private readonly ConcurrentDictionary<(string Package, string AdId), DateTimeOffset> never = new();

    /// <summary>Those of the pairs that the store has, where other hosts write to it; nothing at all if that cannot be said now.</summary>
    public async ValueTask<IReadOnlyList<PackageAds>?> FindAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        var asked = catalog.IsShared ? pairs.Where(pair => !IsRemembered(pair)).ToList() : [];
        return asked.Count == 0 ? [] : await TryAskAsync(asked, cancellation);
    }

    public void Dispose() => places.Dispose();

    private bool IsRemembered((string Package, string AdId) pair) => never.TryGetValue(pair, out var until) && clock.GetUtcNow() < until;

    private async Task<IReadOnlyList<PackageAds>?> TryAskAsync(List<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(LongestWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await places.WaitAsync(either.Token);
            try
            {
                return await AskAsync(pairs, either.Token);
            }
            finally
            {
                places.Release();
            }
        }
        catch (Exception fault) when (fault is StoreUnavailableException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<PackageAds>> AskAsync(List<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        var found = await store.FindDeliveredAdsAsync(pairs, cancellation);
        var known = found.SelectMany(set => set.AdIds, (set, adId) => (set.Package, adId)).ToHashSet();
        if (never.Count >= MostRemembered)
        {
            never.Clear();
        }

        var until = clock.GetUtcNow() + Remembered;
        pairs.Where(pair => !known.Contains(pair)).ToList().ForEach(pair => never[pair] = until);
        return found;
    }
}
