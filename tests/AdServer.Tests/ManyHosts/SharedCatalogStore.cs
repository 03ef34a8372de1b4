using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Tests.ManyHosts;

/// <summary>A catalogue store that several hosts write to: another store, and a log of what was written and when.</summary>
internal sealed class SharedCatalogStore(ICatalogStore inner, TimeProvider clock) : ICatalogStore
{
    private readonly Lock door = new();
    private readonly List<(DateTimeOffset At, CatalogChange Change)> log = [];

    /// <summary>Whether every call fails.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether what was written is left out of changes since a moment, as if it became visible too late.</summary>
    public bool IsForgetful { get; set; }

    /// <summary>How often an ad was looked up.</summary>
    public int AdsFound { get; private set; }

    /// <summary>How often changes were asked for, and how often all of them.</summary>
    public (int Calls, int All) Listed { get; private set; }

    public async Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation)
    {
        var result = await Inner.AddPerformerAsync(performer, cancellation);
        Log(result.Added ? ChangeOutcome.Done : ChangeOutcome.EmailTaken, new(Performer: performer));
        return result;
    }

    public async Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation) =>
        Log(await Inner.ReplacePerformerAsync(performer, cancellation), new(Performer: performer));

    public async Task<ChangeOutcome> RemovePerformerAsync(string id, long? version, CancellationToken cancellation) =>
        Log(await Inner.RemovePerformerAsync(id, version, cancellation), new(RemovedId: id));

    public async Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation) =>
        Log(await Inner.AddAdAsync(ad, cancellation), new(Ad: ad));

    public async Task<ChangeOutcome> ReplaceAdAsync(Ad ad, CancellationToken cancellation) =>
        Log(await Inner.ReplaceAdAsync(ad, cancellation), new(Ad: ad));

    public async Task<ChangeOutcome> RemoveAdAsync(string id, long? version, DateTimeOffset at, CancellationToken cancellation) =>
        Log(await Inner.RemoveAdAsync(id, version, at, cancellation), new(RemovedId: id));

    public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation)
    {
        AdsFound++;
        return Inner.FindAdAsync(id, cancellation);
    }

    public bool IsShared { get; set; } = true;

    public Task<DateTimeOffset?> ReadSharedClockAsync(CancellationToken cancellation) =>
        Task.FromResult<DateTimeOffset?>(IsAway ? throw new StoreUnavailableException("away on purpose") : clock.Now());

    public IAsyncEnumerable<CatalogChange> ListChangesAsync(DateTimeOffset? since, CancellationToken cancellation)
    {
        lock (door)
        {
            Listed = (Listed.Calls + 1, Listed.All + (since is null ? 1 : 0));
            var listed = IsForgetful && since is not null ? [] : log.Where(entry => since is null || entry.At >= since - TimeSpan.FromSeconds(30));
            return listed.Select(entry => entry.Change).ToList().ToAsyncEnumerable();
        }
    }

    public Task<Performer?> FindPerformerAsync(string id, CancellationToken cancellation) => Inner.FindPerformerAsync(id, cancellation);

    public Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation) =>
        Inner.FindPerformerByEmailAsync(emailKey, cancellation);

    public Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        Inner.ListPerformersAsync(after, limit, cancellation);

    public Task<ILookup<string, string>> ListAdIdsAsync(IReadOnlyCollection<string> performerIds, CancellationToken cancellation) =>
        Inner.ListAdIdsAsync(performerIds, cancellation);

    public Task<IReadOnlyList<Ad>> ListAdsOfAsync(string performerId, ListPlace? after, int limit, CancellationToken cancellation) =>
        Inner.ListAdsOfAsync(performerId, after, limit, cancellation);

    public Task<IReadOnlyList<Ad>> ListAdsAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        Inner.ListAdsAsync(after, limit, cancellation);

    private ICatalogStore Inner => IsAway ? throw new StoreUnavailableException("away on purpose") : inner;

    private ChangeOutcome Log(ChangeOutcome outcome, CatalogChange change)
    {
        lock (door)
        {
            if (outcome == ChangeOutcome.Done)
            {
                log.Add((clock.GetUtcNow(), change));
            }

            return outcome;
        }
    }
}
