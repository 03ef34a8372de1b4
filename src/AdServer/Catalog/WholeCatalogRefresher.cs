using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>
/// Reads the whole catalogue of a store that other hosts write to now and then: it finds what became visible too late to be news. Apart from
/// <see cref="SharedCatalogRefresher"/>, which must not wait for 100,000 ads.
/// </summary>
internal sealed class WholeCatalogRefresher(
    ICatalogReader store, CatalogRefresher catalog, CatalogSettings settings, TimeProvider clock, ILogger<WholeCatalogRefresher> log)
    : PollingRefresher("changes that other hosts made may be missing for good", settings.ReadAllEvery, clock, log, asksAtOnce: false)
{
    protected override async Task<bool> AskAsync(CancellationToken cancellation)
    {
        if (await store.ReadSharedClockAsync(cancellation) is null)
        {
            return false;
        }

        await catalog.TakeNewsAsync(since: null, cancellation);
        return true;
    }
}
