namespace AdServer.Common;

/// <summary>
/// Clears up at the start and every so often. Whatever fails is tried again the next time, and logged once: an exception that left a background
/// part would stop the server. It goes on at the next start if it is interrupted, and does no harm twice.
/// </summary>
/// <param name="loss">What is the matter while it fails, for the log.</param>
/// <param name="every">How often.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">The log.</param>
internal abstract partial class PeriodicSweep(string loss, TimeSpan every, TimeProvider clock, ILogger log) : BackgroundService
{
    private readonly Outage outage = new();

    /// <summary>Clears up once, until nothing is left to.</summary>
    public abstract Task SweepAsync(CancellationToken cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, clock);
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
            await SweepAsync(cancellation);
            outage.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (outage.Begin(clock.Now(), fault))
            {
                LogFailing(fault, loss);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Loss:l}")]
    private partial void LogFailing(Exception fault, string loss);
}
