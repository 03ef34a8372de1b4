using System.Globalization;
using System.Runtime.CompilerServices;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Other flaws for events that are rolled up. A few rolls at a time, raw events, buckets and rows change in one transaction of the writer, so
/// that raw equals rolled up at every moment.
/// </summary>
internal sealed class SqliteRatingStore(ISqliteTransactions database, TimeProvider clock) : IRatingStore
{
    private const int EventsAtOnce = 20_000;

    public async IAsyncEnumerable<PlacedEvent> ListEventsAsync(UtcDay day, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var (place, isEnd) = (0L, false); !isEnd;)
        {
            var after = place;
            var chunk = await database.ReadAsync(
                session => SqliteEvents.ListDay(session, day, after, SqliteRolls.LastApplied(session).Last, EventsAtOnce).ToList(), cancellation);
            foreach (var (seq, one) in chunk)
            {
                yield return new PlacedEvent(seq.ToString(CultureInfo.InvariantCulture), one);
            }

            isEnd = chunk.Count < EventsAtOnce;
            place = isEnd ? after : chunk[^1].Seq;
        }
    }

    public async Task ChangeAsync(UtcDay day, IReadOnlyList<FlawChange> changes, CancellationToken cancellation)
    {
        var ordered = changes.Select(one => (Seq: long.Parse(one.One.Place, CultureInfo.InvariantCulture), Change: one)).OrderBy(one => one.Seq).ToList();
        for (var done = 0; done < ordered.Count;)
        {
            var from = done;
            done = await database.WriteAsync(SqliteLane.Background, session => ChangeSome(session, day, ordered, from), cancellation);
        }
    }

    /// <summary>Nothing is ever left behind.</summary>
    public Task SettleAsync(UtcDay day, int mostKeys, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Changes the first of the changes from one on; says up to which.</summary>
    private int ChangeSome(SqliteSession session, UtcDay day, List<(long Seq, FlawChange Change)> changes, int from)
    {
        if (!SqliteRawSince.Keeps(session, day))
        {
            return changes.Count;
        }

        var (rewrites, counts, next) = (new SqliteRewrites(session), new RollUp(), from);
        // What is in no applied roll stays as it is: SqliteTail relies on it.
        using var update = session.Kept("UPDATE ad_events SET flaw = ? WHERE seq = ? AND flaw = ?");
        for (; next < changes.Count && next - from < EventsAtOnce; next++)
        {
            var (seq, change) = changes[next];
            if (rewrites.Fit(seq) is not { } roll)
            {
                break;
            }

            var one = change.One.Event;
            if (update.Put((long)change.Flaw).Put(seq).Put((long)one.Flaw).Run() == 1)
            {
                rewrites.Note(day, roll);
                Move(counts, one, change.Flaw);
            }
        }

        SqliteInvalid.Change(session, new SqliteLiveAds(session).Only(counts), SqliteRolls.LastApplied(session).Number, clock.Now());
        foreach (var bucket in rewrites.Buckets)
        {
            SqliteRebuild.ReplaceBuckets(session, bucket.Day, bucket.Roll, clock.Now());
        }

        return next;
    }

    /// <summary>What a change adds to the rows by class: less for the one, more for the other.</summary>
    private static void Move(RollUp counts, AdEvent one, TrafficFlaw flaw)
    {
        var other = one with { Flaw = flaw };
        if (one.Class != TrafficClass.None)
        {
            counts.Add(ClassDay.Of(one), -DayCounts.Of(one));
        }

        if (other.Class != TrafficClass.None)
        {
            counts.Add(ClassDay.Of(other), DayCounts.Of(one));
        }
    }
}
