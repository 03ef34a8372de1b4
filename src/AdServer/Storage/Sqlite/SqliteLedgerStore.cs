using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Raw events beside what follows from them. Long scans are cut into short read transactions (a long one lets the log grow): what lies
/// before a position that was fixed at first never changes, but for removed ads, which are left out in the last one.
/// </summary>
internal sealed class SqliteLedgerStore(SqliteDatabase database, TimeProvider clock) : ILedgerStore
{
    private const int EventsAtOnce = 20_000;
    private const int BucketsAtOnce = 50;

    public Task<IReadOnlyList<UtcDay>> ListDaysAsync(CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<UtcDay>>(
            session =>
            {
                var days = new List<UtcDay>();
                for (var day = DayAfter(session, string.Empty); day is not null; day = DayAfter(session, day))
                {
                    days.Add(UtcDay.Parse(day));
                }

                return days;
            },
            cancellation);

    public async Task<DayLedger> ReadDayAsync(UtcDay day, CancellationToken cancellation)
    {
        var until = await database.ReadAsync(SqliteRolls.LastApplied, cancellation);
        var raw = await FoldEventsAsync(day, until, cancellation);
        var bucketed = await FoldBucketsAsync(day, until, cancellation);
        return await database.ReadAsync(
            session =>
            {
                var last = SqliteRolls.LastApplied(session);
                AddAll(raw, SqliteEvents.ListDay(session, day, until.Last, last.Last, int.MaxValue).Select(item => item.Event));
                var rest = SqliteBuckets.ListDay(session, day, (until.Number, long.MaxValue), last.Number, int.MaxValue);
                AddAll(bucketed, rest.SelectMany(bucket => bucket.Events));
                var live = new SqliteLiveAds(session);
                return new DayLedger(last.Number, live.Only(raw), live.Only(SqliteDerived.ReadDay(session, day)), live.Only(bucketed));
            },
            cancellation);
    }

    public Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> ComparePackageAdsAsync(CancellationToken cancellation) =>
        new SqlitePairLedger(database).CompareAsync(cancellation);

    public Task RebuildDayAsync(UtcDay day, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                var last = SqliteRolls.LastApplied(session);
                var live = new SqliteLiveAds(session);
                var counts = new RollUp();
                SqliteDerived.RemoveDay(session, day);
                var events = SqliteEvents.ListDay(session, day, 0, last.Last, int.MaxValue).Where(item => live.Has(item.Event.AdId));
                foreach (var (roll, ofRoll) in ByRoll(session, events))
                {
                    AddAll(counts, ofRoll);
                    SqliteBuckets.Add(session, roll, ofRoll, clock.Now());
                }

                SqliteDerived.AddRows(session, counts, last.Number, clock.Now());
                return true;
            },
            cancellation);

    public Task RebuildPackageAdsAsync(CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                var live = new SqliteLiveAds(session);
                var pairs = SqlitePackageAds.ListRaw(session, 0, SqliteRolls.LastApplied(session).Last).ToHashSet();
                session.Execute("DELETE FROM package_ads");
                SqliteDerived.AddPackageAds(session, pairs.Where(pair => live.Has(pair.AdId)), live);
                return true;
            },
            cancellation);

    /// <summary>The raw events of a day up to a roll.</summary>
    private async Task<RollUp> FoldEventsAsync(UtcDay day, SqliteRoll until, CancellationToken cancellation)
    {
        var counts = new RollUp();
        for (var (seq, isEnd) = (0L, false); !isEnd;)
        {
            var after = seq;
            var chunk = await database.ReadAsync(
                session => SqliteEvents.ListDay(session, day, after, until.Last, EventsAtOnce).ToList(), cancellation);
            chunk.ForEach(item => counts.Add(item.Event));
            (seq, isEnd) = (chunk.LastOrDefault().Seq, chunk.Count < EventsAtOnce);
        }

        return counts;
    }

    /// <summary>The buckets of a day up to a roll.</summary>
    private async Task<RollUp> FoldBucketsAsync(UtcDay day, SqliteRoll until, CancellationToken cancellation)
    {
        var counts = new RollUp();
        for (var (place, isEnd) = ((Roll: 0L, Part: 0L), false); !isEnd;)
        {
            var after = place;
            var chunk = await database.ReadAsync(
                session => SqliteBuckets.ListDay(session, day, after, until.Number, BucketsAtOnce), cancellation);
            chunk.ForEach(bucket => AddAll(counts, bucket.Events));
            isEnd = chunk.Count < BucketsAtOnce;
            place = isEnd ? after : (chunk[^1].Roll, chunk[^1].Part);
        }

        return counts;
    }

    private static string? DayAfter(SqliteSession session, string day)
    {
        using var select = session.Kept(
            """
            SELECT min(day) FROM (
                SELECT min(day) AS day FROM ad_events WHERE day > ?1
                UNION ALL SELECT min(date) FROM daily_ad_stats WHERE date > ?1
                UNION ALL SELECT min(date) FROM daily_package_stats WHERE date > ?1
                UNION ALL SELECT min(date) FROM events_by_day WHERE date > ?1)
            """);
        return select.Put(day).Rows().Select(row => row.TextOrNull(0)).Single();
    }

    /// <summary>Cuts events in the order of their positions where one roll ends and the next begins.</summary>
    private static IEnumerable<(long Roll, List<AdEvent> Events)> ByRoll(
        SqliteSession session, IEnumerable<(long Seq, AdEvent Event)> events)
    {
        var (roll, gathered) = (default(SqliteRoll), new List<AdEvent>());
        foreach (var (seq, one) in events)
        {
            if (seq > roll.Last)
            {
                if (gathered.Count > 0)
                {
                    yield return (roll.Number, gathered);
                }

                (roll, gathered) = (SqliteRolls.Holding(session, seq), []);
            }

            gathered.Add(one);
        }

        if (gathered.Count > 0)
        {
            yield return (roll.Number, gathered);
        }
    }

    private static void AddAll(RollUp counts, IEnumerable<AdEvent> events)
    {
        foreach (var one in events)
        {
            counts.Add(one);
        }
    }
}
