using AdServer.Common;

namespace AdServer.Stats;

/// <summary>
/// Reads reports of which the first rows by a count are asked for: all rows at one moment, of which these are kept. So many rows are held, and a
/// few such reports at once, and no more.
/// </summary>
internal sealed class RankedStats(IStatsStore stats, StatsSettings settings) : IDisposable
{
    private const int MostAtOnce = 2;

    private readonly SemaphoreSlim places = new(MostAtOnce);

    /// <summary>The answer where there are more rows than are sorted.</summary>
    public ApiError TooMany { get; } = ApiError.BadRequest(
        FormattableString.Invariant($"Invalid sort: there are more than {settings.MaxSortedRows:N0} rows; filter them, or group by less"));

    /// <summary>What the store says, with the first rows alone; nothing if there are too many to sort.</summary>
    public async Task<StatsView?> ReadAsync(StatsQuery query, StatsRank rank, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            var view = await stats.ReadAsync(query with { Limit = settings.MaxSortedRows }, cancellation);
            return view.Rows.Count > settings.MaxSortedRows ? null : view with { Rows = rank.Take(view.Rows, query.Limit) };
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();
}
