using AdServer.Common;

namespace AdServer.Stats;

/// <summary>Deletes, in bounded slices, what removed ads left behind (law 6). It goes on at the next start if it is interrupted.</summary>
internal sealed partial class SweepService(IStatsStore store, StatsSettings settings, TimeProvider clock, ILogger<SweepService> logger) : BackgroundService
{
    /// <summary>The most events of a slice: a few milliseconds of the store's writer.</summary>
    private const int Slice = 1000;

    private readonly Outage outage = new();

    /// <summary>Sweeps until nothing is left.</summary>
    public async Task SweepAllAsync(CancellationToken cancellation)
    {
        while (await store.SweepRemovedAsync(Slice, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.SweepEvery, clock);
        try
        {
            do
            {
                await TrySweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the next process goes on.
        }
    }

    private async Task TrySweepAsync(CancellationToken cancellation)
    {
        try
        {
            await SweepAllAsync(cancellation);
            outage.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever it is: an exception that leaves a background part stops the server, and what is marked is gone for readers anyway.
            if (outage.Begin(clock.Now(), fault))
            {
                LogSweepFailed(fault);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "What removed ads left behind cannot be deleted now and waits")]
    private partial void LogSweepFailed(Exception fault);
}
