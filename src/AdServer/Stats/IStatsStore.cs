using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>What reports need of a database.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IStatsReader
{
    /// <summary>Counts at one moment: derived rows plus the events that no applied roll holds. Removed ads are not in them.</summary>
    Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation);
}

/// <summary>What statistics need of a database: derived rows, written by the roll-up alone, and reading them with the tail.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IStatsStore : IStatsReader
{
    /// <summary>
    /// Writes what a roll adds (buckets, ad rows, package rows, package sets) and marks it applied. Doing it again changes nothing (law 5).
    /// Events of removed ads count nothing (law 6).
    /// </summary>
    Task ApplyAsync(Roll roll, CancellationToken cancellation);
}
