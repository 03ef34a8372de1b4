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
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    /// <summary>Somebody may have removed what forbids them.</summary>
    private static readonly TimeSpan TakeBackEvery = TimeSpan.FromHours(1);

    private int atOnce = MostAtOnce;
    private long? toldAt;
    private long? takenBackAt;

    /// <summary>Whether the engine takes nothing from here.</summary>
    public Outage Outage { get; } = new();

    /// <summary>
    /// Moves everything, and tells the other hosts before and after. What was set aside is tried again at first, and now and then.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The engine is away, or the disk fails: the next call goes on.</exception>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        if (IsDue(takenBackAt, TakeBackEvery))
        {
            await (spool.State.SetAside > 0 ? spool.TakeBackAsync(cancellation) : Task.CompletedTask);
            takenBackAt = clock.GetTimestamp();
        }

        if (!spool.IsEmpty)
        {
            toldAt = null;
            await marks.MarkAsync(spool.State, cancellation);
            while (await MoveAsync(cancellation))
            {
            }
        }

        if (IsDue(toldAt, TellEvery))
        {
            var state = spool.State;
            await (state.HoldsNothing ? marks.ClearAsync(state, cancellation) : marks.MarkAsync(state, cancellation));
            toldAt = clock.GetTimestamp();
        }
    }

    /// <summary>
    /// Moves a slice; says whether there may be more. An engine that is slow rather than away takes few events where it does not take many: else
    /// the same large append would fail for ever. One that refuses an event is asked for each alone, until that one is found.
    /// </summary>
    private async Task<bool> MoveAsync(CancellationToken cancellation)
    {
        try
        {
            var any = await journal.DrainAsync(atOnce, cancellation);
            atOnce = Math.Min(MostAtOnce, atOnce * 2);
            return any;
        }
        catch (SpoolRefusalException refusal)
        {
            await (atOnce == 1 ? SetAsideAsync(refusal, cancellation) : Task.CompletedTask);
            atOnce = 1;
            return true;
        }
        catch (StoreUnavailableException)
        {
            atOnce = Math.Max(1, atOnce / 4);
            throw;
        }
    }

    /// <summary>Ends, and says what stays: the other hosts and a copy may not know of it.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (spool.State is { HoldsNothing: false } state)
        {
            LogLeft(state.Events + state.SetAside, spool.Path);
        }
    }

    /// <summary>The engine takes the mark, so it is this event that it does not take: it must not keep the others waiting.</summary>
    private async Task SetAsideAsync(SpoolRefusalException refusal, CancellationToken cancellation)
    {
        await marks.MarkAsync(spool.State, cancellation);
        await journal.SetAsideAsync(refusal, cancellation);
        if (spool.State.SetAside == 1)
        {
            LogSetAside(refusal.Code, spool.Path);
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
            Outage.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (Outage.Begin(clock.Now(), fault))
            {
                LogFailing(fault, spool.State.Events);
            }
        }
    }

    private bool IsDue(long? last, TimeSpan every) => last is not { } then || clock.GetElapsedTime(then) >= every;

    [LoggerMessage(
        LogLevel.Error,
        "MongoDB refuses an event for what it holds (error {Code}). It is set aside in {Path} and counts nowhere; /health/ready says how many there are, and what to do")]
    private partial void LogSetAside(int code, string path);

    [LoggerMessage(
        LogLevel.Warning,
        "This server ends with {Events} answered events in {Path} that MongoDB does not have: keep the file, and start the server again before the database is copied")]
    private partial void LogLeft(long events, string path);

    [LoggerMessage(LogLevel.Warning, "The spool cannot be drained now; its {Events} events stay in it, and it is tried again each second")]
    private partial void LogFailing(Exception fault, long events);
}
