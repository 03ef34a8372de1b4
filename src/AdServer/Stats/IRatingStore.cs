using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>
/// What rating history anew needs of a database, while events are appended and rolled. Only flaws change: no gross count does, whatever
/// happens meanwhile.
/// </summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IRatingStore
{
    /// <summary>The events of a day that applied rolls hold, in the order of their commits. Those of removed ads may be among them.</summary>
    IAsyncEnumerable<PlacedEvent> ListEventsAsync(UtcDay day, CancellationToken cancellation);

    /// <summary>
    /// Gives events of a day other flaws, in bounded atomic steps. An event that has another flaw than it was read with, or is gone, is left as it is.
    /// </summary>
    Task ChangeAsync(UtcDay day, IReadOnlyList<FlawChange> changes, CancellationToken cancellation);

    /// <summary>
    /// Makes buckets and rows follow from the flaws of a day, where <see cref="ChangeAsync"/> does not do that itself: also of a change that was
    /// broken off.
    /// </summary>
    /// <param name="day">The day.</param>
    /// <param name="mostKeys">About how many keys are held in memory.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    Task SettleAsync(UtcDay day, int mostKeys, CancellationToken cancellation);
}

/// <summary>An event, and where the store keeps it.</summary>
/// <param name="Place">For the store alone to read.</param>
/// <param name="Event">The event.</param>
internal sealed record PlacedEvent(string Place, AdEvent Event);

/// <summary>An event that is rated otherwise than before.</summary>
internal sealed record FlawChange(PlacedEvent One, TrafficFlaw Flaw);
