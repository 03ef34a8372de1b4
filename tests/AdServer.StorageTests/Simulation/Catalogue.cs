using AdServer.Access;
using AdServer.Catalog;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Simulation;

/// <summary>The ads of every world, which never change, as hosts serve them.</summary>
internal sealed class Catalogue : ICatalogReader
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

    public Task<IReadOnlyList<Ad>> ListAdsAsync(ListPlace? after, int limit, CancellationToken cancellation) => Task.FromResult(Ads);

    public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation) => Task.FromResult<Ad?>(null);

    public Task<Performer?> FindPerformerAsync(string id, CancellationToken cancellation) => Task.FromResult<Performer?>(Performer());

    public async IAsyncEnumerable<CatalogChange> ListChangesAsync(
        DateTimeOffset? since, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task<DateTimeOffset?> ReadSharedClockAsync(CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(Noon);
}
