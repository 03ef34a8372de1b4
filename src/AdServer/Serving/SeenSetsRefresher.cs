using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>
/// Fills the seen sets before the host listens, so that a restart forgets nothing, and then again and again with what was committed on
/// other hosts.
/// </summary>
internal sealed partial class SeenSetsRefresher(
    SeenSets seen, IStatsStore store, ServingSettings settings, TimeProvider clock, ILogger<SeenSetsRefresher> log) : BackgroundService
{
    private readonly Outage outage = new();
    private readonly SemaphoreSlim asking = new(1);

    /// <summary>Up to where events of other hosts were taken in; nothing if nobody else writes.</summary>
    private PackageAdsPlace? place;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // The place comes first: what is committed while the rest is read is after it.
        place = (await store.ReadNewPackageAdsAsync(null, cancellationToken)).Place;
        await foreach (var set in store.ReadPackageAdsAsync(cancellationToken))
        {
            await seen.AddAsync(set, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Takes in what was committed before the call, by whomever.</summary>
    /// <exception cref="Common.StoreUnavailableException">The next call asks for the same.</exception>
    public async Task PollAsync(CancellationToken cancellation)
    {
        await asking.WaitAsync(cancellation);
        try
        {
            var news = await store.ReadNewPackageAdsAsync(place, cancellation);
            foreach (var set in news.Sets)
            {
                await seen.AddAsync(set, cancellation);
            }

            place = news.Place;
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
            while (place is not null && await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryPollAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: nobody is served any more.
        }
    }

    private async Task TryPollAsync(CancellationToken cancellation)
    {
        try
        {
            await PollAsync(cancellation);
            outage.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (outage.Begin(clock.GetUtcNow()))
            {
                LogFailing(fault);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of other hosts are not seen until the store answers again: ads may come a second time")]
    private partial void LogFailing(Exception fault);
}
