using AdServer.Catalog;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Simulation;

/// <summary>The ads of every world, which never change, as hosts serve them.</summary>
internal sealed class Catalogue : ICatalogStore
{
    private static readonly Lazy<CatalogRefresher> Loaded = new(() =>
    {
        var refresher = new CatalogRefresher(new Catalogue());
        Task.Run(() => refresher.StartAsync(CancellationToken.None)).GetAwaiter().GetResult();
        return refresher;
    });

    public static IReadOnlyList<Ad> Ads { get; } = [Ad("a1"), Ad("a2", order: 1), Ad("a3", order: 2)];

    public static CatalogRefresher Served => Loaded.Value;

    public bool IsShared => true;

    public Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Performer>>([Performer()]);

    public Task<IReadOnlyList<Ad>> ListAdsOfAsync(string performerId, ListPlace? after, int limit, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<Ad>> ListAdsAsync(ListPlace? after, int limit, CancellationToken cancellation) => Task.FromResult(Ads);

    public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation) => Task.FromResult<Ad?>(null);

    public Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<Performer?> FindPerformerAsync(string id, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChangeOutcome> RemovePerformerAsync(string id, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ILookup<string, string>> ListAdIdsAsync(IReadOnlyCollection<string> performerIds, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChangeOutcome> ReplaceAdAsync(Ad ad, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChangeOutcome> RemoveAdAsync(string id, DateTimeOffset at, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<DateTimeOffset?> ReadSharedClockAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<CatalogChange> ListChangesAsync(DateTimeOffset? since, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
