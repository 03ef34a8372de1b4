using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The buckets that one transaction rewrites because events in them change. Who appends waits meanwhile, so they are bounded, by their number
/// and by their events: rolls differ in size.
/// </summary>
internal sealed class SqliteRewrites(SqliteSession session)
{
    /// <summary>The most rolls whose buckets are taken.</summary>
    public const int MostRolls = 8;

    /// <summary>The most events that these rolls have together; one roll may have more.</summary>
    public const int MostEvents = 20_000;

    private readonly HashSet<(UtcDay Day, long Roll)> buckets = [];
    private readonly HashSet<long> rolls = [];
    private long events;

    public IReadOnlyCollection<(UtcDay Day, long Roll)> Buckets => buckets;

    /// <summary>The roll that holds an event, if its buckets are still within bounds; if not, the event is for the next transaction.</summary>
    /// <param name="seq">The event's position, in an applied roll.</param>
    public SqliteRoll? Fit(long seq)
    {
        var roll = SqliteRolls.Holding(session, seq);
        return rolls.Contains(roll.Number) || rolls.Count == 0 || (rolls.Count < MostRolls && events + SizeOf(roll) <= MostEvents) ? roll : null;
    }

    /// <summary>Takes the bucket of a day and a roll.</summary>
    public void Note(UtcDay day, SqliteRoll roll)
    {
        events += rolls.Add(roll.Number) ? SizeOf(roll) : 0;
        buckets.Add((day, roll.Number));
    }

    private static long SizeOf(SqliteRoll roll) => roll.Last - roll.First + 1;
}
