using AdServer.Common;
using AdServer.Events;

namespace AdServer.Storage.Sqlite;

/// <summary>Forgets devices in SQLite: all events are looked at by their position, since an index by device would cost each append.</summary>
internal sealed class SqliteDeviceStore(ISqliteTransactions database) : IDeviceStore
{
    public IErasure Erase(string deviceId) => new SqliteErasure(database, deviceId);
}

/// <summary>One device. An event and its bucket entry change in one transaction of the writer, up to the last applied roll.</summary>
internal sealed class SqliteErasure(ISqliteTransactions database, string deviceId) : IErasure
{
    /// <summary>The most events of one transaction.</summary>
    private const int Slice = 1000;

    /// <summary>Positions that one read looks at.</summary>
    private const int Reach = 100_000;

    private long done;
    private long? asked;

    public async Task<ErasureStep> StepAsync(CancellationToken cancellation)
    {
        asked ??= await database.ReadAsync(LastSeq, cancellation);
        for (var step = default(ErasureStep); ;)
        {
            var look = await database.ReadAsync(Look, cancellation);
            if (look.Found.Count > 0)
            {
                var some = await database.WriteAsync(SqliteLane.Background, session => Erase(session, look.Found), cancellation);
                step = step with { Events = step.Events + some.Events, BucketEntries = step.BucketEntries + some.Entries };
                done = some.Last;
                continue;
            }

            done = look.Reached;
            if (look.Waiting is { } waiting)
            {
                return step with { Waiting = waiting };
            }
        }
    }

    private static long LastSeq(SqliteSession session) => session.Number("SELECT coalesce(max(seq), 0) FROM ad_events");

    /// <summary>The next events of the device within reach; at the end of what is rolled up, how many wait.</summary>
    private Sight Look(SqliteSession session)
    {
        var end = SqliteRolls.LastApplied(session).Last;
        var reached = Math.Max(done, Math.Min(done + Reach, end));
        using var select = session.Kept("SELECT seq, day FROM ad_events WHERE seq > ? AND seq <= ? AND device_id = ? ORDER BY seq LIMIT ?");
        List<(long, UtcDay)> found = [.. select.Put(done).Put(reached).Put(deviceId).Put(Slice).Rows().Select(row => (row.Int(0), row.Day(1)))];
        using var count = session.Kept("SELECT count(*) FROM ad_events WHERE seq > ? AND seq <= ? AND device_id = ?");
        return new Sight(
            found,
            reached,
            reached < end ? null : count.Put(reached).Put(asked!.Value).Put(deviceId).Rows().Select(row => row.Int(0)).Single());
    }

    private (long Events, long Entries, long Last) Erase(SqliteSession session, IReadOnlyList<(long Seq, UtcDay Day)> found)
    {
        var rewrites = new SqliteRewrites(session);
        var (events, entries, last) = (0L, 0L, done);
        // What is in no applied roll stays as it is: SqliteTail relies on it.
        using var update = session.Kept($"UPDATE ad_events SET {SqliteEvents.NoDevice} WHERE seq = ?");
        foreach (var (seq, day) in found)
        {
            if (rewrites.Fit(seq) is not { } roll)
            {
                break;
            }

            rewrites.Note(day, roll);
            events += update.Put(seq).Run();
            last = seq;
        }

        foreach (var bucket in rewrites.Buckets)
        {
            entries += SqliteBuckets.Erase(session, bucket.Day, bucket.Roll, deviceId);
        }

        return (events, entries, last);
    }

    /// <summary>What a look found, how far it saw, and at the end of what is rolled up how many events wait.</summary>
    private sealed record Sight(IReadOnlyList<(long Seq, UtcDay Day)> Found, long Reached, long? Waiting);
}
