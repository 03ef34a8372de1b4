using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>
/// Serves what other hosts wrote: asks the store again and again what changed since the last time by the store's own clock, and every
/// minute for everything. Only a newer version and a mark of removal count; that something is absent says nothing.
/// </summary>
internal sealed partial class SharedCatalogRefresher(
    ICatalogStore store, CatalogRefresher catalog, CatalogSettings settings, TimeProvider clock, ILogger<SharedCatalogRefresher> log)
    : BackgroundService
{
    private readonly SemaphoreSlim asking = new(1);
    private DateTimeOffset? asked;
    private long? readAllAt;
    private bool isFailing;

    /// <summary>Serves all that was written before the call; false if nobody else writes to the store.</summary>
    /// <exception cref="StoreUnavailableException">The next call asks for the same.</exception>
    public async Task<bool> PollAsync(CancellationToken cancellation)
    {
        await asking.WaitAsync(cancellation);
        try
        {
            return await AskAsync(cancellation);
        }
        finally
        {
            asking.Release();
        }
    }

    public override void Dispose()
    {
        asking.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.PollEvery, clock);
        try
        {
            while (await TryPollAsync(stoppingToken) && await timer.WaitForNextTickAsync(stoppingToken))
            {
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: nobody is served any more.
        }
    }

    private async Task<bool> AskAsync(CancellationToken cancellation)
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

    private async Task<bool> TryPollAsync(CancellationToken cancellation)
    {
        try
        {
            var isShared = await PollAsync(cancellation);
            isFailing = false;
            return isShared;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (!isFailing)
            {
                LogFailing(fault);
            }

            return isFailing = true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Changes that other hosts make are not seen until the store answers again; what is known is served")]
    private partial void LogFailing(Exception fault);
}
