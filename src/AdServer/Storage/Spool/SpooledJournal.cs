using AdServer.Common;
using AdServer.Events;
using AdServer.Storage.Mongo;
using AdServer.Storage.Sqlite;

namespace AdServer.Storage.Spool;

/// <summary>
/// The journal of an engine that may go away: what it does not take within its deadline is kept in the spool of this host, and committed
/// there. From then on nobody waits for the engine until <see cref="SpoolDrainService"/> has found it again.
/// </summary>
/// <param name="engine">The engine's own journal.</param>
/// <param name="spool">The spool.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed partial class SpooledJournal(IEventJournal engine, SqliteSpool spool, TimeProvider clock, ILogger<SpooledJournal> log) : IEventJournal
{
    /// <summary>Whether the engine is away, as far as this host has tried.</summary>
    public Outage Outage { get; } = new();

    /// <summary>
    /// Every event has its identity before the first attempt and keeps it: an append that was carried out without an answer, and the same
    /// events from the spool, are the same events to the engine.
    /// </summary>
    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        AdEvent[] events = [.. batch.Select(one => MongoEvents.Identify(one, now))];
        // Without anything in the spool nobody would look for the engine.
        if (Outage.Since is null || spool.IsEmpty)
        {
            try
            {
                var outcomes = spool.IsEmpty ? await engine.AppendAsync(events, cancellation) : await AppendBesideAsync(events, cancellation);
                EndOutage();
                return outcomes;
            }
            catch (StoreUnavailableException fault) when (SpoolRefusalException.Of(fault) is null)
            {
                BeginOutage(fault);
            }
            catch (StoreUnavailableException)
            {
                // The engine is there, and refuses one of them: which one, the drainer finds out.
            }
        }

        return await KeepAsync(events, cancellation);
    }

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => engine.NextRollAsync(maxEvents, cancellation);

    public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => engine.ReadLagAsync(cancellation);

    /// <summary>Appends the first events of the spool to the engine, and only then takes them out; says whether there were any.</summary>
    /// <exception cref="StoreUnavailableException">The engine is away, or the disk fails; the events are in the spool.</exception>
    /// <exception cref="SpoolRefusalException">The engine refuses one of them; they are in the spool.</exception>
    public async Task<bool> DrainAsync(int most, CancellationToken cancellation)
    {
        var slice = await spool.ReadAsync(most, cancellation);
        if (slice.Events.Count == 0)
        {
            return false;
        }

        try
        {
            var now = clock.Now();
            await engine.AppendAsync([.. slice.Events.Select(one => one.ArrivingAt(now))], cancellation);
        }
        catch (Exception fault) when (SpoolRefusalException.Of(fault) is { } refusal)
        {
            throw refusal;
        }

        EndOutage();
        await spool.RemoveAsync(slice, cancellation);
        return true;
    }

    /// <summary>Sets aside the first event of the spool, which was refused alone.</summary>
    public async Task SetAsideAsync(SpoolRefusalException refusal, CancellationToken cancellation)
    {
        await spool.SetAsideAsync(refusal.Code, refusal.Words, cancellation);
        // Who refuses is there.
        EndOutage();
    }

    /// <summary>
    /// The engine is back and the spool is being drained: what is still in there, or is in the engine since, is a duplicate. An event is
    /// deleted from the spool after it was appended, so it is always in one of them.
    /// </summary>
    private async Task<AppendOutcome[]> AppendBesideAsync(AdEvent[] events, CancellationToken cancellation)
    {
        var spooled = await spool.FindAsync([.. events.Select(one => one.EventId).OfType<string>()], cancellation);
        var isNew = Array.ConvertAll(events, one => one.EventId is null || !spooled.Contains(one.EventId));
        var appended = new Queue<AppendOutcome>(await engine.AppendAsync([.. events.Where((_, place) => isNew[place])], cancellation));
        return Array.ConvertAll(isNew, one => one ? appended.Dequeue() : AppendOutcome.Duplicate);
    }

    private async Task<AppendOutcome[]> KeepAsync(AdEvent[] events, CancellationToken cancellation)
    {
        try
        {
            return await spool.AddAsync(events, cancellation);
        }
        catch (StoreUnavailableException fault)
        {
            throw new StoreUnavailableException($"The engine is away, and the spool {spool.Path} takes no events. {fault.Message}", fault);
        }
    }

    private void BeginOutage(Exception fault)
    {
        if (Outage.Begin(clock.Now(), fault))
        {
            LogAway(fault, spool.Path);
        }
    }

    private void EndOutage()
    {
        if (Outage.Since is { } since)
        {
            Outage.End();
            LogBack(since, spool.State.Events);
        }
    }

    [LoggerMessage(LogLevel.Error, "The engine does not take events; until it does they are kept in {Path}, answered as logged and counted later")]
    private partial void LogAway(Exception fault, string path);

    [LoggerMessage(LogLevel.Warning, "The engine, away since {Since:O}, takes events again; {Events} of the spool are on their way to it")]
    private partial void LogBack(DateTimeOffset since, long events);
}
