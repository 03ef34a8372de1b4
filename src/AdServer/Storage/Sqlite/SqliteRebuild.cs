using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Puts the rows and buckets of a day right beside the roll-up: what is wrong is found by reading, and replaced in short transactions of the
/// writer, which applies no roll meanwhile. So each row still changes together with the roll that it includes (law 5).
/// </summary>
internal sealed class SqliteRebuild(ISqliteTransactions database, TimeProvider clock)
{
    private const int EventsAtOnce = 20_000;

    /// <summary>
    /// Mends the day; says whether its raw events are kept. That is asked in the transaction that would write: as long as they are, nothing of
    /// them was deleted, and what was read before is all there was.
    /// </summary>
    public async Task<bool> DayAsync(UtcDay day, int mostKeys, CancellationToken cancellation)
    {
        for (var (from, isEnd) = (string.Empty, false); !isEnd;)
        {
            var window = new LedgerWindow(from, mostKeys);
            if (!await MendRowsAsync(day, window, cancellation))
            {
                return false;
            }

            (from, isEnd) = (window.Until ?? from, window.Until is null);
        }

        for (long? after = long.MinValue; after is { } roll;)
        {
            (var wrong, after) = await database.ReadAsync(session => FindWrongBuckets(session, day, roll), cancellation);
            foreach (var one in wrong)
            {
                await database.WriteAsync(SqliteLane.Background, session => ReplaceBuckets(session, day, one, clock.Now()), cancellation);
            }
        }

        return await database.ReadAsync(session => SqliteRawSince.Keeps(session, day), cancellation);
    }

    /// <summary>Puts the rows of a page right; says whether the day's raw events were all there.</summary>
    private async Task<bool> MendRowsAsync(UtcDay day, LedgerWindow window, CancellationToken cancellation)
    {
        var page = new SqliteDayPage(database, day, window);
        await page.NoteRowsAsync(cancellation);
        while (true)
        {
            await page.GatherAsync(withBuckets: false, cancellation);
            var (isKept, isDone) = await database.WriteAsync(
                SqliteLane.Background,
                session => SqliteRawSince.Keeps(session, day) ? (true, MendRows(session, day, page, window)) : default,
                cancellation);
            if (isDone || !isKept)
            {
                return isKept;
            }
        }
    }

    /// <summary>Replaces all rows of the ads that have a wrong one; says whether it could catch up with the roll-up.</summary>
    private bool MendRows(SqliteSession session, UtcDay day, SqliteDayPage page, LedgerWindow window)
    {
        if (page.CatchUp(session, withBuckets: false) is not { } last)
        {
            return false;
        }

        var live = new SqliteLiveAds(session);
        var wrong = new HashSet<string>(StringComparer.Ordinal);
        var raw = live.Only(window.Raw);
        var rows = SqliteDayRows.Read(session, day, window.Ads.Where(live.Has), last.Number, adId => wrong.Add(adId));
        wrong.UnionWith(Ledger.Compare(new DayLedger(last.Number, raw, rows, raw)).Select(difference => difference.AdId));
        SqliteDayRows.Remove(session, day, wrong);
        SqliteDerived.AddRows(session, raw.Only(wrong.Contains), live, last.Number, clock.Now());
        return true;
    }

    /// <summary>The rolls after one whose buckets of the day are wrong, as far as one look goes, and where the next one begins.</summary>
    private static (List<long> Wrong, long? Next) FindWrongBuckets(SqliteSession session, UtcDay day, long after)
    {
        var (wrong, looked) = (new List<long>(), 0);
        var last = SqliteRolls.LastApplied(session);
        var live = new SqliteLiveAds(session);
        long? place = after;
        while (looked < EventsAtOnce && (place = NextRoll(session, day, place.Value, last)) is { } roll)
        {
            var events = ListEvents(session, day, roll, last, live);
            var entries = SqliteBuckets.ListDay(session, day, (roll, long.MinValue), roll, int.MaxValue)
                .SelectMany(bucket => bucket.Events).Where(one => live.Has(one.AdId)).ToList();
            looked += events.Count + entries.Count + 1;
            if (!events.SequenceEqual(entries))
            {
                wrong.Add(roll);
            }
        }

        return (wrong, place);
    }

    /// <summary>The first roll after one that has, or should have, buckets of the day.</summary>
    private static long? NextRoll(SqliteSession session, UtcDay day, long after, SqliteRoll last)
    {
        // Those of a roll that is not applied yet are left alone: nobody reads them before.
        using var bucket = session.Kept("SELECT min(roll) FROM events_by_day WHERE date = ? AND roll > ? AND roll <= ?");
        var ofBuckets = bucket.Put(day).Put(after).Put(last.Number).Rows().Select(row => row.IsNull(0) ? long.MaxValue : row.Int(0)).Single();
        using var passed = session.Kept("SELECT last_seq FROM rolls WHERE number <= ? ORDER BY number DESC LIMIT 1");
        var end = passed.Put(after).Rows().Select(row => row.Int(0)).SingleOrDefault();
        using var first = session.Kept("SELECT min(seq) FROM ad_events WHERE day = ? AND seq > ? AND seq <= ?");
        var seq = first.Put(day).Put(end).Put(last.Last).Rows().Select(row => row.IsNull(0) ? (long?)null : row.Int(0)).Single();
        var next = Math.Min(ofBuckets, seq is { } found ? SqliteRolls.Holding(session, found).Number : long.MaxValue);
        return next == long.MaxValue ? null : next;
    }

    /// <summary>The events of live ads that the buckets of a roll should hold: none before it is applied.</summary>
    private static List<AdEvent> ListEvents(SqliteSession session, UtcDay day, long roll, SqliteRoll last, SqliteLiveAds live) =>
        roll <= last.Number && SqliteRolls.Find(session, roll) is { } kept
            ? [.. SqliteEvents.ListDay(session, day, kept.First - 1, kept.Last, int.MaxValue).Select(item => item.Event).Where(one => live.Has(one.AdId))]
            : [];

    /// <summary>Writes the buckets of a day and a roll anew.</summary>
    public static bool ReplaceBuckets(SqliteSession session, UtcDay day, long roll, DateTimeOffset now)
    {
        if (!SqliteRawSince.Keeps(session, day))
        {
            return false;
        }

        var events = ListEvents(session, day, roll, SqliteRolls.LastApplied(session), new SqliteLiveAds(session));
        SqliteBuckets.Remove(session, day, roll);
        SqliteBuckets.Put(session, roll, SqliteBuckets.Render(events), now);
        return true;
    }
}
