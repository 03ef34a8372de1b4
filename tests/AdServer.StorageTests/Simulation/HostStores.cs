using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.StorageTests.Simulation;

/// <summary>What one process has opened.</summary>
/// <param name="Journal">Takes events.</param>
/// <param name="Stats">What the process itself derives and reads.</param>
/// <param name="Serving">What its serving knows and counts.</param>
/// <param name="Reports">Answers readers: never from a node that is behind.</param>
/// <param name="Ledger">What <c>verify</c> asks.</param>
internal sealed record HostStores(IEventJournal Journal, IStatsStore Stats, IServingStore Serving, IStatsStore Reports, ILedgerStore Ledger)
{
    /// <summary>Empties the spool, if the process has one.</summary>
    public Func<CancellationToken, Task> DrainAsync { get; init; } = _ => Task.CompletedTask;

    /// <summary>The tags of the events in the spool.</summary>
    public Func<IReadOnlyCollection<string>> Spooled { get; init; } = () => [];

    /// <summary>Whether the process knows of a logged event before it listens: it alone has stored it.</summary>
    public Func<SentEvent, bool> IsOwn { get; init; } = _ => false;

    /// <summary>The process ends in order.</summary>
    public Action Close { get; init; } = () => { };

    /// <summary>The process is killed.</summary>
    public Action Crash { get; init; } = () => { };
}

/// <summary>Where the hosts of a world keep what outlives them.</summary>
internal interface IWorldStore : IDisposable
{
    int Hosts { get; }

    /// <summary>What a process of a host finds and opens.</summary>
    /// <param name="host">The number of the host.</param>
    /// <param name="life">The process.</param>
    /// <param name="clock">Its time.</param>
    /// <param name="die">Ends the process amid what it does.</param>
    HostStores Open(int host, Life life, WorldClock clock, Action die);

    /// <summary>For a while nothing can be stored.</summary>
    void Trouble(TimeSpan time);

    /// <summary>How often each tag is in the committed raw events.</summary>
    IReadOnlyDictionary<string, int> CountRaw();
}
