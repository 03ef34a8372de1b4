using AdServer.Common;

namespace AdServer.Access;

/// <summary>Forgets idempotency keys that were kept long enough.</summary>
internal sealed partial class KeySweepService(IIdempotencyStore store, TimeProvider clock, ILogger<KeySweepService> log) : BackgroundService
{
    private const int Slice = 1000;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    private readonly Outage outage = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TrySweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next process goes on.
        }
    }

    /// <summary>Sweeps until nothing is left that is old enough.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        while (await store.RemoveKeysAsync(clock.Now() - IdempotencyKeys.Kept, Slice, cancellation) == Slice)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task TrySweepAsync(CancellationToken cancellation)
    {
        try
        {
            await SweepAsync(cancellation);
            outage.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            if (outage.Begin(clock.Now(), fault))
            {
                LogKept(fault);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Idempotency keys that are old enough cannot be deleted now and stay")]
    private partial void LogKept(Exception fault);
}
