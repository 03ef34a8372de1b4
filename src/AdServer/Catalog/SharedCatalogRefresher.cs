namespace AdServer.Catalog;

/// <summary>
/// Serves what other hosts wrote: asks the store again and again what changed since the last time by the store's own clock, and every
/// minute for everything. Only a newer version and a mark of removal count; that something is absent says nothing.
/// </summary>
internal sealed class SharedCatalogRefresher(
    ICatalogStore store, CatalogRefresher catalog, CatalogSettings settings, TimeProvider clock, ILogger<SharedCatalogRefresher> log)
    : PollingRefresher("changes that other hosts make are not served", settings.PollEvery, clock, log)
{
    private readonly TimeProvider clock = clock;
    private DateTimeOffset? asked;
    private long? readAllAt;

    protected override async Task<bool> AskAsync(CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        if (await store.ReadSharedClockAsync(cancellation) is not { } now)
        {
            return false;
        }

        var isAll = readAllAt is not { } last || clock.GetElapsedTime(last) >= settings.ReadAllEvery;
        await catalog.ApplyAsync(await ReadNewsAsync(isAll ? null : asked, cancellation));
        (asked, readAllAt) = (now, isAll ? started : readAllAt);
        return true;
    }

    private async Task<List<CatalogChange>> ReadNewsAsync(DateTimeOffset? since, CancellationToken cancellation)
    {
        var known = catalog.Current;
        var news = new List<CatalogChange>();
        await foreach (var change in store.ListChangesAsync(since, cancellation))
        {
            if (known.IsNews(change))
            {
                news.Add(change);
            }
        }

        return news;
    }
}
