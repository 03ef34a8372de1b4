namespace AdServer.Common;

/// <summary>
/// Asks a store that other hosts write to for their news, again and again; ends when the answer is that nobody else writes. What could not be
/// asked is asked the next time.
/// </summary>
/// <param name="loss">What is missing while it fails, as a clause, for people.</param>
/// <param name="every">How often it asks.</param>
/// <param name="clock">The time.</param>
/// <param name="log">Where it says that it fails.</param>
/// <param name="asksAtOnce">Whether it asks at the start too.</param>
internal abstract partial class PollingRefresher(string loss, TimeSpan every, TimeProvider clock, ILogger log, bool asksAtOnce = true)
    : BackgroundService
{
    private readonly SemaphoreSlim asking = new(1);

    public string Loss => loss;

    /// <summary>Whether it fails.</summary>
    public Outage Outage { get; } = new();

    /// <summary>Takes in all that was written before the call; false if nobody else writes to the store.</summary>
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

    /// <summary>Asks once; false if nobody else writes to the store. Called by one at a time.</summary>
    protected abstract Task<bool> AskAsync(CancellationToken cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            var isShared = !asksAtOnce || await TryPollAsync(stoppingToken);
            while (isShared && await timer.WaitForNextTickAsync(stoppingToken))
            {
                isShared = await TryPollAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: nobody is served any more.
        }
    }

    private async Task<bool> TryPollAsync(CancellationToken cancellation)
    {
        try
        {
            var isShared = await PollAsync(cancellation);
            Outage.End();
            return isShared;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (Outage.Begin(clock.Now(), fault))
            {
                LogFailing(fault, loss);
            }

            return true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store does not answer, and until it does {Loss}")]
    private partial void LogFailing(Exception fault, string loss);
}
