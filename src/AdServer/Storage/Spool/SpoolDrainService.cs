using AdServer.Common;
using AdServer.Storage.Mongo;
using AdServer.Storage.Sqlite;

namespace AdServer.Storage.Spool;

/// <summary>
/// Moves what is in the spool to the engine as soon as that takes it, also what an earlier process left there. It may die or be repeated
/// at any step: an event has one identity, and leaves the spool only after it was appended.
/// </summary>
internal sealed partial class SpoolDrainService(
    SqliteSpool spool, SpooledJournal journal, MongoSpools marks, SpoolMetrics metrics, TimeProvider clock, ILogger<SpoolDrainService> log)
    : BackgroundService
{
    /// <summary>The most events of one append.</summary>
    public const int MostAtOnce = 1000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>A mark that the engine wrote late, after it was removed, stays for as long at most.</summary>
    private static readonly TimeSpan ClearEvery = TimeSpan.FromMinutes(1);

    private readonly Outage failing = new();
    private int atOnce = MostAtOnce;
    private long? clearedAt;

    /// <summary>Moves everything, and tells the other hosts before and after.</summary>
    /// <exception cref="StoreUnavailableException">The engine is away, or the disk fails: the next call goes on.</exception>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        if (!spool.IsEmpty)
        {
            clearedAt = null;
            await marks.MarkAsync(spool.State, cancellation);
            await MoveAsync(cancellation);
        }

        if (clearedAt is not { } last || clock.GetElapsedTime(last) >= ClearEvery)
        {
            await marks.ClearAsync(spool.State, cancellation);
            clearedAt = clock.GetTimestamp();
        }
    }

    /// <summary>An engine that is slow rather than away takes few events where it does not take many: else the same large append would fail for ever.</summary>
    private async Task MoveAsync(CancellationToken cancellation)
    {
        try
        {
            while (await journal.DrainAsync(atOnce, cancellation))
            {
                atOnce = Math.Min(MostAtOnce, atOnce * 2);
            }
        }
        catch (StoreUnavailableException)
        {
            atOnce = Math.Max(1, atOnce / 4);
            throw;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe(spool, clock);
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                await TryDrainAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the next process goes on.
        }
    }

    private async Task TryDrainAsync(CancellationToken cancellation)
    {
        try
        {
            await DrainAsync(cancellation);
            failing.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (failing.Begin(clock.Now()))
            {
                LogFailing(fault, spool.State.Events);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The spool cannot be drained now; its {Events} events stay in it, and it is tried again each second")]
    private partial void LogFailing(Exception fault, long events);
}
