using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Gathers some ads of a day in short read transactions (a long one lets the log grow): what lies before a position that was passed never
/// changes, but for removed ads, which are left out at last. What came meanwhile, and the rows, are read in one transaction.
/// </summary>
internal sealed class SqliteDayPage(ISqliteTransactions database, UtcDay day, LedgerWindow window)
{
    private const int EventsAtOnce = 20_000;
    private const int BucketsAtOnce = 50;
    private const int RowsAtOnce = 20_000;

    private SqliteRoll seen;

    /// <summary>Notes the ads that have rows: of these there may be some that no event knows.</summary>
    public async Task NoteRowsAsync(CancellationToken cancellation)
    {
        for (var (place, isEnd) = (string.Empty, false); !isEnd;)
        {
            var from = place;
            var ads = await database.ReadAsync(session => SqliteDayRows.ListAds(session, day, from, RowsAtOnce), cancellation);
            ads.ForEach(adId => Note(adId, string.Empty));
            isEnd = ads.Count < RowsAtOnce;
            place = isEnd ? from : ads[^1];
        }

        for (var (place, isEnd) = ((Ad: 0L, Package: 0L), false); !isEnd;)
        {
            var from = place;
            var pairs = await database.ReadAsync(session => SqliteDayRows.ListPackageAds(session, day, from, RowsAtOnce), cancellation);
            pairs.ForEach(pair => Note(pair.AdId, pair.Package));
            isEnd = pairs.Count < RowsAtOnce;
            place = isEnd ? from : pairs[^1].Place;
        }
    }

    /// <summary>Gathers events, and buckets too if they are wanted, up to the last applied roll.</summary>
    public async Task GatherAsync(bool withBuckets, CancellationToken cancellation)
    {
        var until = await database.ReadAsync(SqliteRolls.LastApplied, cancellation);
        for (var (seq, isEnd) = (seen.Last, false); !isEnd;)
        {
            var after = seq;
            var chunk = await database.ReadAsync(
                session => SqliteEvents.ListDay(session, day, after, until.Last, EventsAtOnce).ToList(), cancellation);
            Add(window.Raw, chunk.Select(item => item.Event));
            isEnd = chunk.Count < EventsAtOnce;
            seq = isEnd ? after : chunk[^1].Seq;
        }

        for (var (place, isEnd) = ((Roll: seen.Number, Part: long.MaxValue), !withBuckets); !isEnd;)
        {
            var after = place;
            var chunk = await database.ReadAsync(
                session => SqliteBuckets.ListDay(session, day, after, until.Number, BucketsAtOnce), cancellation);
            Add(window.Buckets, chunk.SelectMany(bucket => bucket.Events));
            isEnd = chunk.Count < BucketsAtOnce;
            place = isEnd ? after : (chunk[^1].Roll, chunk[^1].Part);
        }

        seen = until;
    }

    /// <summary>
    /// Inside a transaction: adds what was rolled since, so that all is of one position, and returns that; nothing if it is too much for
    /// one transaction: then gather again.
    /// </summary>
    public SqliteRoll? CatchUp(SqliteSession session, bool withBuckets)
    {
        var last = SqliteRolls.LastApplied(session);
        if (last.Last - seen.Last > EventsAtOnce)
        {
            return null;
        }

        Add(window.Raw, SqliteEvents.ListDay(session, day, seen.Last, last.Last, int.MaxValue).Select(item => item.Event));
        if (withBuckets)
        {
            var rest = SqliteBuckets.ListDay(session, day, (seen.Number, long.MaxValue), last.Number, int.MaxValue);
            Add(window.Buckets, rest.SelectMany(bucket => bucket.Events));
        }

        seen = last;
        return last;
    }

    private void Add(RollUp counts, IEnumerable<AdEvent> events)
    {
        foreach (var one in events.Where(one => window.Takes(one.AdId)))
        {
            counts.Add(one);
        }

        window.Fit();
    }

    private void Note(string adId, string package)
    {
        if (window.Takes(adId))
        {
            window.Rows.Add(new PackageDay(adId, string.Empty, package, day), default);
            window.Fit();
        }
    }
}
