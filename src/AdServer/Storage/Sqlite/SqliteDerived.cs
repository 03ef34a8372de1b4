using System.Runtime.InteropServices;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on the rows that follow from events: a row and the roll that it includes last change together (law 5).</summary>
internal static class SqliteDerived
{
    /// <summary>Adds to a row that is there, unless it includes the roll.</summary>
    public const string AddToRow =
        """
         DO UPDATE SET views = views + excluded.views, clicks = clicks + excluded.clicks, skips = skips + excluded.skips,
            exits = exits + excluded.exits, watch_duration_sum = watch_duration_sum + excluded.watch_duration_sum,
            updated_at = excluded.updated_at, through = excluded.through
        WHERE through < excluded.through
        """;

    private static readonly SqliteInsertion AdRows = new(
        "daily_ad_stats",
        "ad_id, performer_id, date, views, clicks, skips, exits, watch_duration_sum, created_at, updated_at, through",
        "ON CONFLICT (ad_id, date)" + AddToRow);

    private static readonly SqliteInsertion PackageRows = new(
        "daily_package_stats",
        "date, ad_number, package_number, views, clicks, skips, exits, watch_duration_sum, created_at, updated_at, through",
        "ON CONFLICT (date, ad_number, package_number)" + AddToRow);

    private static readonly SqliteInsertion Revisions = new(
        "daily_ad_revisions",
        "ad_id, date, revision, performer_id, time, views, clicks, skips, exits, watch_duration_sum, created_at, updated_at, through",
        "ON CONFLICT (ad_id, date, revision)" + AddToRow);

    /// <summary>
    /// Writes what of a roll changes no number before the roll is applied: its buckets, which nobody reads before, and the pairs of packages and ads, whose
    /// events are stored already. Apart from <see cref="Apply"/>, so that events wait for half of a roll at a time. A second time changes nothing.
    /// </summary>
    /// <param name="session">The writing connection.</param>
    /// <param name="roll">The roll.</param>
    /// <param name="counts">What its events add up to.</param>
    /// <param name="buckets">Its events as they are kept by day.</param>
    /// <param name="now">Now.</param>
    /// <returns>Whether the roll was still to be applied.</returns>
    public static bool Prepare(SqliteSession session, Roll roll, RollUp counts, IReadOnlyList<WrittenBucket> buckets, DateTimeOffset now)
    {
        if (IsApplied(session, roll))
        {
            return false;
        }

        SqliteBuckets.Put(session, roll.Number, buckets, now);
        AddPairs(session, counts, new SqliteLiveAds(session));
        return true;
    }

    /// <summary>Writes all other that a roll adds and marks it applied, unless it is. Only after <see cref="Prepare"/>: it adds no pairs, and of buckets takes only out what does not count.</summary>
    /// <param name="session">The writing connection.</param>
    /// <param name="roll">The roll.</param>
    /// <param name="counts">What its events add up to.</param>
    /// <param name="now">Now.</param>
    /// <returns>Whether the roll was still to be applied.</returns>
    public static bool Apply(SqliteSession session, Roll roll, RollUp counts, DateTimeOffset now)
    {
        if (IsApplied(session, roll))
        {
            return false;
        }

        var ads = new SqliteLiveAds(session);
        AddCounts(session, ads.Only(counts), ads, roll.Number, now);
        if (ads.Gone.Any())
        {
            SqliteBuckets.Replace(session, roll, ads, now);
            SqliteSweep.Reopen(session, ads.Gone);
        }

        SqliteRolls.MarkApplied(session, roll.Number);
        return true;
    }

    /// <summary>Adds counts of live ads to their rows, except to rows that include this roll already, and the pairs of packages and ads that they make.</summary>
    public static void AddRows(SqliteSession session, RollUp counts, SqliteLiveAds ads, long through, DateTimeOffset now)
    {
        AddCounts(session, counts, ads, through, now);
        AddPairs(session, counts, ads);
    }

    private static bool IsApplied(SqliteSession session, Roll roll) =>
        SqliteRolls.Find(session, roll.Number)?.Applied ?? throw new InvalidOperationException($"There is no roll {roll.Number}");

    private static void AddPairs(SqliteSession session, RollUp counts, SqliteLiveAds ads) =>
        SqlitePairSets.Seen.Add(session, counts.PackageDays.Keys.Select(key => (key.Package, key.AdId)), ads, new SqlitePackageNumbers(session));

    private static void AddCounts(SqliteSession session, RollUp counts, SqliteLiveAds ads, long through, DateTimeOffset now)
    {
        // In the order of their keys, as those by package: neighbours share pages of the file, and of the processor's memory.
        var rows = counts.AdDays.ToArray();
        Array.Sort(rows, static (one, other) =>
            string.CompareOrdinal(one.Key.AdId, other.Key.AdId) is var order && order != 0 ? order : one.Key.Day.CompareTo(other.Key.Day));
        AdRows.Run<KeyValuePair<AdDay, DayCounts>>(
            session, rows, (ad, row) => PutCounts(ad.Put(row.Key.AdId).Put(row.Key.PerformerId).Put(row.Key.Day), row.Value).Put(now).Put(now).Put(through));
        AddRevisions(session, counts, through, now);
        SqliteInvalid.Add(session, counts, through, now);
        AddPackageRows(session, counts, ads, through, now);
    }

    private static void AddPackageRows(SqliteSession session, RollUp counts, SqliteLiveAds ads, long through, DateTimeOffset now)
    {
        var packages = new SqlitePackageNumbers(session);
        var rows = counts.PackageDays
            .Select(row => (row.Key.Day, Ad: ads.NumberOf(row.Key.AdId)!.Value, Package: packages.Of(row.Key.Package), Counts: row.Value)).ToList();

        // In the order of their keys: neighbours share pages of the file.
        rows.Sort((one, other) =>
            one.Day != other.Day ? one.Day.CompareTo(other.Day)
            : one.Ad != other.Ad ? one.Ad.CompareTo(other.Ad)
            : one.Package.CompareTo(other.Package));
        PackageRows.Run<(UtcDay Day, long Ad, long Package, DayCounts Counts)>(
            session,
            CollectionsMarshal.AsSpan(rows),
            (upsert, row) => PutCounts(upsert.Put(row.Day).Put(row.Ad).Put(row.Package), row.Counts).Put(now).Put(now).Put(through));
    }

    private static void AddRevisions(SqliteSession session, RollUp counts, long through, DateTimeOffset now) =>
        Revisions.Run<KeyValuePair<AdRevision, DayCounts>>(
            session,
            counts.Revisions.OrderBy(row => row.Key.AdId, StringComparer.Ordinal).ThenBy(row => row.Key.Day).ThenBy(row => row.Key.Number).ToArray(),
            (revision, row) => PutCounts(
                revision.Put(row.Key.AdId).Put(row.Key.Day).Put(row.Key.Number).Put(row.Key.PerformerId).Put(row.Key.Time), row.Value).Put(now).Put(now).Put(through));

    /// <summary>Five columns from one on: the counts and the sum, in the order in which they are always selected.</summary>
    public static DayCounts ReadCounts(SqliteStatement row, int column) =>
        new(row.Int(column), row.Int(column + 1), row.Int(column + 2), row.Int(column + 3), row.Int(column + 4));

    public static SqliteStatement PutCounts(SqliteStatement statement, DayCounts counts) => statement
        .Put(counts.Views).Put(counts.Clicks).Put(counts.Skips).Put(counts.Exits).Put(counts.WatchDurationSum);
}
