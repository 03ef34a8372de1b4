using AdServer.Common;

namespace AdServer.Stats;

/// <summary>
/// What removing old raw events needs of a database. Rows are never touched; what a store knows of raw events before the <em>raw since</em> day
/// (<see cref="ILedgerStore.ReadRawSinceAsync"/>) follows from nothing any more.
/// </summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IRetentionStore
{
    /// <summary>
    /// Stores that raw events are kept from a day on: one write, durable when it returns, which an earlier day never takes back. Only then may
    /// anything of the days before be deleted.
    /// </summary>
    Task RaiseRawSinceAsync(UtcDay day, CancellationToken cancellation);

    /// <summary>
    /// Deletes a bounded slice of the buckets and of the raw events of days before <em>raw since</em>: those of applied rolls alone (law 6). Their
    /// identities from clients stay.
    /// </summary>
    Task<RawRemoval> RemoveRawAsync(int slice, CancellationToken cancellation);

    /// <summary>Forgets a bounded slice of the identities whose events were deleted before a day; says whether there may be more.</summary>
    Task<bool> RemoveIdsAsync(UtcDay before, int slice, CancellationToken cancellation);
}

/// <summary>What a slice deleted.</summary>
/// <param name="Events">How many raw events.</param>
/// <param name="MayBeMore">Whether there may be more that can be deleted now.</param>
internal readonly record struct RawRemoval(int Events, bool MayBeMore);
