using AdServer.Common;

namespace AdServer.Stats;

/// <summary>
/// Removes raw events and buckets of days that are older than <see cref="RetentionSettings.RawDays"/>, the oldest day first, in bounded slices. A
/// day that does not verify stays, and so does everything after it: raw events are kept since one day. Any number of hosts may do it at once.
/// </summary>
internal sealed partial class RetentionService(
    ILedgerStore ledger, IRetentionStore store, RetentionSettings settings, StatsMetrics metrics, TimeProvider clock, ILogger<RetentionService> logger)
    : BackgroundService
{
    /// <summary>How much longer than its event an identity is kept, so that a repeat still counts once.</summary>
    public const int IdDays = 30;

    /// <summary>The most events of a slice: a few milliseconds of the store's writer.</summary>
    private const int Slice = 1000;

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>The day that does not verify, and is not removed for that; nothing if there is none.</summary>
    public UtcDay? Unverified { get; private set; }

    /// <summary>Whether it cannot get on, because the store fails.</summary>
    public Outage Outage { get; } = new();

    /// <summary>Removes what is to be removed now; whoever interrupts it anywhere may call it again.</summary>
    public async Task RemoveAllAsync(CancellationToken cancellation)
    {
        // Also what came for removed days since, and what was begun before the setting was taken back.
        await RemoveRawAsync(cancellation);
        if (settings.RawDays == 0)
        {
            return;
        }

        var today = UtcDay.Of(clock.Now());
        while (await store.RemoveIdsAsync(today.AddDays(-IdDays), Slice, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
        }

        foreach (var day in await ListDaysAsync(today.AddDays(-settings.RawDays), cancellation))
        {
            if (!await TryRemoveAsync(day, cancellation))
            {
                return;
            }
        }

        Note(null);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe(() => Unverified is not null);
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                await TryRemoveAllAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the next process goes on.
        }
    }

    /// <summary>The days before one that have anything and whose raw events are kept, ascending.</summary>
    private async Task<IEnumerable<UtcDay>> ListDaysAsync(UtcDay before, CancellationToken cancellation)
    {
        var since = await ledger.ReadRawSinceAsync(cancellation);
        return (await ledger.ListDaysAsync(cancellation)).Where(day => day < before && !(day < since));
    }

    /// <summary>Removes a day, if it verifies now.</summary>
    private async Task<bool> TryRemoveAsync(UtcDay day, CancellationToken cancellation)
    {
        // Twice: what one look finds may be a node that is behind.
        if (!await VerifiesAsync(day, cancellation) && !await VerifiesAsync(day, cancellation))
        {
            Note(day);
            return false;
        }

        await store.RaiseRawSinceAsync(day.AddDays(1), cancellation);
        var removed = await RemoveRawAsync(cancellation);
        LogRemoved(day, removed, day.AddDays(1));
        return true;
    }

    private async Task<bool> VerifiesAsync(UtcDay day, CancellationToken cancellation)
    {
        var differences = 0;
        var summary = await ledger.CheckDayAsync(day, page => differences += Ledger.Compare(page).Count, cancellation);
        // Another host has removed it meanwhile: then it has verified there.
        return !summary.IsKept || (differences == 0 && summary.Totals is null or { AreEqual: true });
    }

    private async Task<long> RemoveRawAsync(CancellationToken cancellation)
    {
        for (var events = 0L; ;)
        {
            var removed = await store.RemoveRawAsync(Slice, cancellation);
            metrics.Removed(removed.Events);
            events += removed.Events;
            if (!removed.MayBeMore)
            {
                return events;
            }

            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task TryRemoveAllAsync(CancellationToken cancellation)
    {
        try
        {
            await RemoveAllAsync(cancellation);
            Outage.End();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Whatever it is: an exception that leaves a background part stops the server, and raw events that are kept longer do no harm.
            if (Outage.Begin(clock.Now(), fault))
            {
                LogRetentionFailed(fault);
            }
        }
    }

    private void Note(UtcDay? unverified)
    {
        if (unverified is { } day && unverified != Unverified)
        {
            LogUnverified(day);
        }

        Unverified = unverified;
    }

    [LoggerMessage(1, LogLevel.Information, "Removed {Events} raw events of {Day} and before; raw events are kept since {Since}")]
    private partial void LogRemoved(UtcDay day, long events, UtcDay since);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "Raw events of {Day} do not equal what was rolled up: they are not removed, and nothing after them. See what differs with -- verify, then -- rebuild --day {Day} --url <this server>")]
    private partial void LogUnverified(UtcDay day);

    [LoggerMessage(3, LogLevel.Warning, "Old raw events cannot be removed now and stay")]
    private partial void LogRetentionFailed(Exception fault);
}
