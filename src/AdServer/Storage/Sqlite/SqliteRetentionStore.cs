using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>Deletes old raw events in SQLite, by the indexes on days; each slice is one short transaction of the writer.</summary>
internal sealed class SqliteRetentionStore(ISqliteTransactions database, TimeProvider clock) : IRetentionStore
{
    /// <summary>The oldest events of days before one, of applied rolls.</summary>
    public const string OldEvents = "SELECT seq FROM ad_events WHERE day < ? AND seq <= ? ORDER BY day LIMIT ?";

    /// <summary>The oldest identities of days before one.</summary>
    public const string OldIds = "SELECT event_id FROM event_ids WHERE day < ? ORDER BY day LIMIT ?";

    private const string OldBuckets = "SELECT rowid FROM events_by_day WHERE date < ? ORDER BY date LIMIT ?";

    /// <summary>Buckets of one transaction: each holds up to a thousand events.</summary>
    private const int MostBuckets = 8;

    public Task RaiseRawSinceAsync(UtcDay day, CancellationToken cancellation) => database.WriteAsync(
        SqliteLane.Background,
        session =>
        {
            SqliteRawSince.Raise(session, UtcDay.Of(clock.Now()), day);
            return true;
        },
        cancellation);

    /// <summary>Looks first, so that the writer has nothing to do where there is nothing.</summary>
    public async Task<RawRemoval> RemoveRawAsync(int slice, CancellationToken cancellation)
    {
        var isThere = await database.ReadAsync(
            session => SqliteRawSince.Read(session) is { } since && IsThere(session, since, SqliteRolls.LastApplied(session).Last), cancellation);
        return isThere
            ? await database.WriteAsync(SqliteLane.Background, session => RemoveRaw(session, slice), cancellation)
            : default;
    }

    public async Task<bool> RemoveIdsAsync(UtcDay before, int slice, CancellationToken cancellation)
    {
        if (await database.ReadAsync(session => SqliteRawSince.ReadBefore(session, before), cancellation) is not { } since)
        {
            return false;
        }

        return await database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                using var delete = session.Kept($"DELETE FROM event_ids WHERE event_id IN ({OldIds})");
                return delete.Put(since).Put(slice).Run() == slice;
            },
            cancellation);
    }

    private static bool IsThere(SqliteSession session, UtcDay since, long last)
    {
        using var bucket = session.Kept(OldBuckets);
        using var events = session.Kept(OldEvents);
        return bucket.Put(since).Put(1).Rows().Any() || events.Put(since).Put(last).Put(1).Rows().Any();
    }

    /// <summary>Buckets go before their events, so that whatever a bucket holds of a device is found by the events.</summary>
    private static RawRemoval RemoveRaw(SqliteSession session, int slice)
    {
        var since = SqliteRawSince.Read(session)!.Value;
        using var buckets = session.Kept($"DELETE FROM events_by_day WHERE rowid IN ({OldBuckets})");
        if (buckets.Put(since).Put(MostBuckets).Run() > 0)
        {
            return new RawRemoval(0, MayBeMore: true);
        }

        // What is in no applied roll stays: SqliteTail relies on it.
        using var events = session.Kept($"DELETE FROM ad_events WHERE seq IN ({OldEvents})");
        var removed = (int)events.Put(since).Put(SqliteRolls.LastApplied(session).Last).Put(slice).Run();
        return new RawRemoval(removed, removed == slice);
    }
}
