using System.Collections.Concurrent;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>
/// Asks the store for ads that this host does not know: another host may have added them a moment ago, and an event that is refused is
/// lost. Anybody can make up identities, so few questions are asked at once, and a no is remembered for a moment.
/// </summary>
internal sealed class AdLookup(ICatalogReader store, CatalogRefresher catalog, TimeProvider clock) : IDisposable
{
    private const int MostAtOnce = 8;
    private const int MostRemembered = 10_000;

    /// <summary>No identity of ours is longer.</summary>
    private const int MaxIdLength = 64;

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim places = new(MostAtOnce);
    private readonly ConcurrentDictionary<string, DateTimeOffset> unknown = new(StringComparer.Ordinal);

    /// <summary>Whether there is such an ad; from then on it is in the snapshot.</summary>
    /// <exception cref="StoreUnavailableException">That cannot be said now.</exception>
    public async Task<bool> FindAsync(string adId, CancellationToken cancellation)
    {
        if (Recall(adId) is { } known)
        {
            return known;
        }

        await EnterAsync(cancellation);
        try
        {
            // Those who came together wait for one answer.
            return Recall(adId) ?? await AskAsync(adId, cancellation);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();

    private bool? Recall(string adId) =>
        catalog.Current.Find(adId) is not null ? true
        : !store.IsShared || adId.Length > MaxIdLength || (unknown.TryGetValue(adId, out var until) && clock.GetUtcNow() < until) ? false
        : null;

    private async Task EnterAsync(CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(LongestWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await places.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new StoreUnavailableException("Too many unknown ads are being looked up");
        }
    }

    private async Task<bool> AskAsync(string adId, CancellationToken cancellation)
    {
        if (await store.FindAdAsync(adId, cancellation) is not { } ad)
        {
            Remember(adId);
            return false;
        }

        var performer = await store.FindPerformerAsync(ad.PerformerId, cancellation);
        await catalog.ApplyAsync([new CatalogChange(Performer: performer), new CatalogChange(Ad: ad)]);
        return catalog.Current.Find(adId) is not null;
    }

    private void Remember(string adId)
    {
        if (unknown.Count >= MostRemembered)
        {
            unknown.Clear();
        }

        unknown[adId] = clock.GetUtcNow() + Remembered;
    }
}
