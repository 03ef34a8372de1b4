using AdServer.Common;

namespace AdServer.Stats;

/// <summary>What sweeping needs of a database.</summary>
/// <exception cref="StoreUnavailableException">When the store cannot answer.</exception>
internal interface ISweepStore
{
    /// <summary>Deletes a bounded slice of what removed ads left behind (law 6); returns whether there may be more.</summary>
    Task<bool> SweepRemovedAsync(int slice, CancellationToken cancellation);
}
