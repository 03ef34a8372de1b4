using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on <c>daily_invalid_stats</c>: what counts as invalid traffic or as verified, parts of the package rows of its ad and day.</summary>
internal static class SqliteInvalid
{
    private const string Columns =
        "package_name, date, ad_id, flaw, performer_id, views, clicks, skips, exits, watch_duration_sum, created_at, updated_at, through";

    private const string Conflict = "ON CONFLICT (package_name, date, ad_id, flaw)";

    private static readonly SqliteInsertion Additions = new("daily_invalid_stats", Columns, Conflict + SqliteDerived.AddToRow);

    private static readonly SqliteInsertion Changes = new(
        "daily_invalid_stats",
        Columns,
        Conflict
        + """
         DO UPDATE SET views = views + excluded.views, clicks = clicks + excluded.clicks, skips = skips + excluded.skips,
            exits = exits + excluded.exits, watch_duration_sum = watch_duration_sum + excluded.watch_duration_sum, updated_at = excluded.updated_at
        """);

    /// <summary>Adds counts to their rows, except to rows that include this roll already.</summary>
    public static void Add(SqliteSession session, RollUp counts, long through, DateTimeOffset now) => Run(session, Additions, counts, through, now);

    /// <summary>Adds what events with other flaws change, whatever the rows include: those events are of rolls that they include all.</summary>
    public static void Change(SqliteSession session, RollUp counts, long through, DateTimeOffset now)
    {
        Run(session, Changes, counts, through, now);
        using var delete = session.Kept(
            """
            DELETE FROM daily_invalid_stats WHERE package_name = ? AND date = ? AND ad_id = ? AND flaw = ?
                AND views = 0 AND clicks = 0 AND skips = 0 AND exits = 0 AND watch_duration_sum = 0
            """);
        foreach (var key in counts.Classes.Keys)
        {
            delete.Put(key.Package).Put(key.Day).Put(key.AdId).Put((long)key.Class).Run();
        }
    }

    /// <summary>Reads the rows of an ad and a day into counts; says the highest roll that one of them includes.</summary>
    public static long Read(SqliteSession session, UtcDay day, string adId, RollUp into)
    {
        using var select = session.Kept(
            """
            SELECT views, clicks, skips, exits, watch_duration_sum, performer_id, through, package_name, flaw
            FROM daily_invalid_stats WHERE ad_id = ? AND date = ?
            """);
        var through = 0L;
        foreach (var row in select.Put(adId).Put(day).Rows())
        {
            into.Add(new ClassDay(adId, row.Text(5), row.Text(7), day, (TrafficClass)row.Int(8)), SqliteDerived.ReadCounts(row, 0));
            through = Math.Max(through, row.Int(6));
        }

        return through;
    }

    private static void Run(SqliteSession session, SqliteInsertion insertion, RollUp counts, long through, DateTimeOffset now)
    {
        // In the order of their keys: neighbours share pages of the file.
        var rows = counts.Classes.OrderBy(row => row.Key.Package, StringComparer.Ordinal).ThenBy(row => row.Key.Day)
            .ThenBy(row => row.Key.AdId, StringComparer.Ordinal).ThenBy(row => row.Key.Class).ToArray();
        insertion.Run<KeyValuePair<ClassDay, DayCounts>>(
            session,
            rows,
            (upsert, row) => SqliteDerived.PutCounts(
                upsert.Put(row.Key.Package).Put(row.Key.Day).Put(row.Key.AdId).Put((long)row.Key.Class).Put(row.Key.PerformerId), row.Value).Put(now).Put(now).Put(through));
    }
}
