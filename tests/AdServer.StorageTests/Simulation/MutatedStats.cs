using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Sqlite;

namespace AdServer.StorageTests.Simulation;

/// <summary>A statistics store that is broken on purpose where it is given something else to do.</summary>
internal sealed class MutatedStats(IStatsStore stats) : IStatsStore
{
    private readonly Dictionary<StatsKey, InvalidCounts?> known = [];
    private Task<StatsView>? first;

    /// <summary>What is done in place of applying a roll.</summary>
    public Func<Roll, Task>? Apply { get; init; }

    /// <summary>Whether a reader gets what the first one got.</summary>
    public bool IsCached { get; init; }

    /// <summary>Whether net counts take out what a reader of net counts before found to be invalid, as if the tail had no flaws.</summary>
    public bool IsBehindWithFlaws { get; init; }

    /// <summary>Adds the rows of a roll without looking whether they have it, and the rest, with the mark, in another transaction.</summary>
    public static IStatsStore WithoutGuard(IStatsStore stats, ISqliteTransactions database, TimeProvider clock) => new MutatedStats(stats)
    {
        Apply = async roll =>
        {
            await database.WriteAsync(SqliteLane.Background, session => AddUnguarded(session, roll, clock.Now()), CancellationToken.None);
            await stats.ApplyAsync(roll, CancellationToken.None);
        },
    };

    public Task ApplyAsync(Roll roll, CancellationToken cancellation) => Apply?.Invoke(roll) ?? stats.ApplyAsync(roll, cancellation);

    /// <summary>Adds the rows of invalid traffic of a roll without looking whether they have it.</summary>
    public static IStatsStore WithoutGuardOfFlaws(IStatsStore stats, ISqliteTransactions database, TimeProvider clock) => new MutatedStats(stats)
    {
        Apply = async roll =>
        {
            await database.WriteAsync(SqliteLane.Background, session => AddFlawsUnguarded(session, roll, clock.Now()), CancellationToken.None);
            await stats.ApplyAsync(roll, CancellationToken.None);
        },
    };

    public Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation) =>
        IsCached ? first ??= stats.ReadAsync(query, cancellation)
            : IsBehindWithFlaws && query.IsNet ? ReadBehindAsync(query, cancellation) : stats.ReadAsync(query, cancellation);

    private async Task<StatsView> ReadBehindAsync(StatsQuery query, CancellationToken cancellation)
    {
        var view = await stats.ReadAsync(query, cancellation);
        return view with { Rows = [.. view.Rows.Select(PutBack)] };
    }

    private StatsRow PutBack(StatsRow row)
    {
        var (now, before) = (row.Measures.Invalid?.All ?? default, known.GetValueOrDefault(row.Key)?.All ?? default);
        var old = known.GetValueOrDefault(row.Key);
        known[row.Key] = row.Measures.Invalid;
        return row with { Measures = row.Measures with { Events = row.Measures.Events + now - before, Invalid = old } };
    }

    private static bool AddFlawsUnguarded(SqliteSession session, Roll roll, DateTimeOffset now)
    {
        session.Execute("UPDATE daily_invalid_stats SET through = 0");
        SqliteInvalid.Add(session, RollUp.Of(roll.Events), roll.Number, now);
        return true;
    }

    private static bool AddUnguarded(SqliteSession session, Roll roll, DateTimeOffset now)
    {
        session.Execute("UPDATE daily_ad_stats SET through = 0; UPDATE daily_package_stats SET through = 0");
        var live = new SqliteLiveAds(session);
        SqliteDerived.AddRows(session, live.Only(RollUp.Of(roll.Events)), live, roll.Number, now);
        return true;
    }
}
