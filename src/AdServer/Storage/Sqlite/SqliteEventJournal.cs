using AdServer.Common;
using AdServer.Events;

namespace AdServer.Storage.Sqlite;

/// <summary>The raw events in SQLite: a batch is a transaction, a roll is a range of <c>seq</c>.</summary>
internal sealed class SqliteEventJournal(ISqliteTransactions database, TimeProvider clock) : IEventJournal
{
    /// <summary>The writer takes the batch inside its transaction: it finds its next one in its queue, and waits for nobody to make it.</summary>
    public bool IsGathering => true;

    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Urgent, session => SqliteEvents.Append(session, batch), cancellation);

    public Task<AppendOutcome[]> AppendWaitingAsync(Func<IReadOnlyList<AdEvent>> take, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Events, session => SqliteEvents.Append(session, take()), cancellation);

    public async Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation)
    {
        var newest = await database.ReadAsync(SqliteRolls.Newest, cancellation);
        var (next, events) = newest.Applied
            ? await database.WriteAsync(SqliteLane.Roll, session => NextInside(session, maxEvents), cancellation)
            : (newest, null);
        return next is { } roll
            ? new Roll(
                roll.Number,
                events ?? await database.ReadAsync(session => SqliteEvents.List(session, roll.First - 1, roll.Last).ToList(), cancellation))
            : null;
    }

    public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) =>
        database.ReadAsync(
            session =>
            {
                var roll = SqliteRolls.LastApplied(session);
                using var count = session.Kept("SELECT count(*) FROM ad_events WHERE seq > ?");
                using var oldest = session.Kept("SELECT created_at FROM ad_events WHERE seq > ? ORDER BY seq LIMIT 1");
                return new JournalLag(
                    roll.Number,
                    count.Put(roll.Last).Rows().Select(row => row.Int(0)).Single(),
                    oldest.Put(roll.Last).Rows().Select(row => row.InstantOrNull(0)).SingleOrDefault())
                {
                    HasOpenRoll = !SqliteRolls.Newest(session).Applied,
                };
            },
            cancellation);

    /// <summary>The next roll, and its events if they are at hand.</summary>
    private (SqliteRoll? Roll, IReadOnlyList<AdEvent>? Events) NextInside(SqliteSession session, int maxEvents)
    {
        // Read again: since the look from outside, another caller may have closed it.
        var newest = SqliteRolls.Newest(session);
        if (!newest.Applied)
        {
            return (newest, null);
        }

        return SqliteRolls.Close(session, newest, maxEvents, clock.Now()) is var (roll, count) ? (roll, session.Tail?.Take(roll, count)) : (null, null);
    }
}
