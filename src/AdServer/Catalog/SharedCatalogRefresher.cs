using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>
/// Serves what other hosts wrote: asks the store again and again what changed since the last time by the store's own clock. Only a newer
/// version and a mark of removal count; that something is absent says nothing.
/// </summary>
internal sealed class SharedCatalogRefresher(
    ICatalogReader store, CatalogRefresher catalog, CatalogSettings settings, TimeProvider clock, ILogger<SharedCatalogRefresher> log)
    : PollingRefresher("changes that other hosts make are not served", settings.PollEvery, clock, log)
{
    private DateTimeOffset? asked;

    protected override async Task<bool> AskAsync(CancellationToken cancellation)
    {
        if (await store.ReadSharedClockAsync(cancellation) is not { } now)
        {
            return false;
        }

        await catalog.TakeNewsAsync(asked, cancellation);
        asked = now;
        return true;
    }
}
