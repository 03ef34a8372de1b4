using AdServer.Common;

namespace AdServer.Serving;

/// <summary>
/// Writes the totals of <see cref="Delivery"/> and the new pairs of <see cref="DeliveredAds"/> to the store, again and again and at
/// shutdown, and reads all pairs before the host listens. Whatever a store that is away misses goes with the next flush; a crash loses what
/// came since the last one and never counts anything twice.
/// </summary>
internal sealed partial class DeliveryWriter(
    Delivery delivery,
    DeliveredAds delivered,
    IServingStore store,
    ServingSettings settings,
    TimeProvider clock,
    ILogger<DeliveryWriter> log) : BackgroundService
{
    /// <summary>Names the running totals of this process: another one begins its own.</summary>
    private readonly string process = Ids.New(clock.Now());

    private readonly SemaphoreSlim flushing = new(1);
    private readonly Outage outage = new();

    /// <summary>Writes what changed, one flush at a time, so that an older total never replaces a newer one.</summary>
    /// <exception cref="StoreUnavailableException">The rest is kept for the next flush.</exception>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        await flushing.WaitAsync(cancellation);
        try
        {
            await delivered.FlushAsync(cancellation);
            delivery.DropSettledDays();
            foreach (var part in delivery.ReadChanged())
            {
                await store.ReplaceDeliveriesAsync(process, part.Deliveries, part.Requests, cancellation);
                part.Settle();
            }
        }
        finally
        {
            flushing.Release();
        }
    }

    /// <summary>Takes in all pairs, then begins to write.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await delivered.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>The last flush, after the host has answered its last request.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    public override void Dispose()
    {
        flushing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.FlushEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryFlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync flushes what is left.
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellation)
    {
        try
        {
            await FlushAsync(cancellation);
            outage.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Whatever it is: an exception that leaves a background part stops the server, and counts are not worth that.
            if (outage.Begin(clock.Now(), fault))
            {
                LogKept(fault);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deliveries cannot be written and are kept in memory until they can")]
    private partial void LogKept(Exception cause);
}
