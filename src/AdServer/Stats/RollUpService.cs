using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>
/// Applies one roll after another, at least every <see cref="StatsSettings.RollUpEvery"/> and as soon as a roll is full. It may die or
/// be repeated at any step: the store makes each roll count once (law 5).
/// </summary>
internal sealed partial class RollUpService(
    IEventJournal journal,
    IStatsStore store,
    JournalWriter writer,
    StatsSettings settings,
    StatsMetrics metrics,
    TimeProvider clock,
    ILogger<RollUpService> logger) : BackgroundService
{
    /// <summary>How many times as many events a roll may have when more than two full ones wait: the larger a roll, the less each of its events costs.</summary>
    private const int Larger = 4;

    private TaskCompletionSource full = NewSignal();
    private int waiting;

    /// <summary>How far the roll-up is behind, as last seen.</summary>
    public JournalLag Lag { get; private set; } = JournalLag.None;

    /// <summary>Whether it cannot get on, because the store fails.</summary>
    public Outage Outage { get; } = new();

    /// <summary>Rolls up all that was committed when it was called; returns the number of rolls.</summary>
    public async Task<int> RollAllAsync(CancellationToken cancellation)
    {
        Lag = await journal.ReadLagAsync(cancellation);
        if (Lag is { Events: 0, HasOpenRoll: false })
        {
            return 0;
        }

        LogRolling(Lag.Events);
        var rolls = 0;
        // What comes meanwhile waits for the next time: chasing it would make a roll of every few events under load. A roll counts as one
        // event at least: one that was closed over nothing has to be applied, too.
        for (var waiting = Math.Max(Lag.Events, 1); waiting > 0 && await journal.NextRollAsync(SizeFor(waiting), cancellation) is { } roll; rolls++)
        {
            var started = clock.GetTimestamp();
            await store.ApplyAsync(roll, cancellation);
            metrics.Rolled(roll.Events.Count, clock.GetElapsedTime(started));
            waiting -= Math.Max(roll.Events.Count, 1);
        }

        Lag = await journal.ReadLagAsync(cancellation);
        LogRolled(rolls);
        return rolls;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe(() => Lag, clock);
        writer.Committed += CountWaiting;
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryRollAsync(stoppingToken);
            await WaitAsync(stoppingToken);
        }

        writer.Committed -= CountWaiting;
    }

    private async Task TryRollAsync(CancellationToken cancellation)
    {
        try
        {
            Interlocked.Exchange(ref waiting, 0);
            await RollAllAsync(cancellation);
            Outage.End();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopping: the roll is applied by the next process.
        }
        catch (Exception fault)
        {
            if (Outage.Begin(clock.Now(), fault))
            {
                LogRollUpFailed(fault);
            }
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Task.Delay(settings.RollUpEvery, clock, enough.Token), full.Task);
        await enough.CancelAsync();
        full = NewSignal();
    }

    private int SizeFor(long waiting) =>
        waiting > 2L * settings.RollSize ? Math.Min(Larger * settings.RollSize, StatsSettings.MostRollSize) : settings.RollSize;

    private void CountWaiting(IReadOnlyList<AdEvent> events)
    {
        if (Interlocked.Add(ref waiting, events.Count) >= settings.RollSize)
        {
            full.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Debug, "Rolling up {Events} events")]
    private partial void LogRolling(long events);

    [LoggerMessage(LogLevel.Debug, "Rolled up in {Rolls} rolls")]
    private partial void LogRolled(int rolls);

    [LoggerMessage(LogLevel.Error, "Events cannot be rolled up; statistics stay right, because they include what is not rolled up, but get slower")]
    private partial void LogRollUpFailed(Exception fault);
}
