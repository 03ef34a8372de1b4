using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>Raw events beside what follows from them, page by page, while a server goes on.</summary>
internal sealed class SqliteLedgerStore(ISqliteTransactions database, TimeProvider clock) : ILedgerStore
{
    public Task<UtcDay?> ReadRawSinceAsync(CancellationToken cancellation) => database.ReadAsync(SqliteRawSince.Read, cancellation);

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

    public async Task<DayLedger> ReadPageAsync(UtcDay day, string from, int mostKeys, CancellationToken cancellation)
    {
        var window = new LedgerWindow(from, mostKeys);
        var page = new SqliteDayPage(database, day, window);
        await page.NoteRowsAsync(cancellation);
        while (true)
        {
            await page.GatherAsync(withBuckets: true, cancellation);
            if (await database.ReadAsync(session => Complete(session, day, page, window), cancellation) is { } ledger)
            {
                return ledger;
            }
        }
    }

    public async Task<DayTotals?> ReadTotalsAsync(UtcDay day, CancellationToken cancellation) =>
        await database.ReadAsync(session => SqliteDayRows.ReadTotals(session, day), cancellation);

    public Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> ComparePackageAdsAsync(CancellationToken cancellation) =>
        new SqlitePairLedger(database).CompareAsync(cancellation);

    public Task<bool> RebuildDayAsync(UtcDay day, int mostKeys, CancellationToken cancellation) =>
        new SqliteRebuild(database, clock).DayAsync(day, mostKeys, cancellation);

    public Task RebuildPackageAdsAsync(CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                var live = new SqliteLiveAds(session);
                // Those of a roll that is only closed may be there already, and are not added again when it is applied.
                var pairs = SqlitePackageAds.ListRaw(session, 0, SqliteRolls.Newest(session).Last).ToHashSet();
                pairs.UnionWith(SqliteRawSince.Read(session) is { } since ? SqlitePackageAds.ListRowsBefore(session, since) : []);
                SqlitePairSets.Seen.Empty(session);
                SqlitePairSets.Seen.Add(session, pairs, live, new SqlitePackageNumbers(session));
                return true;
            },
            cancellation);

    /// <summary>The page at one position; nothing if the roll-up has gone too far ahead.</summary>
    private static DayLedger? Complete(SqliteSession session, UtcDay day, SqliteDayPage page, LedgerWindow window)
    {
        if (page.CatchUp(session, withBuckets: true) is not { } last)
        {
            return null;
        }

        var live = new SqliteLiveAds(session);
        var rows = SqliteDayRows.Read(session, day, window.Ads.Where(live.Has), last.Number);
        return new DayLedger(last.Number, live.Only(window.Raw), rows, live.Only(window.Buckets), window.Until);
    }

    private static string? DayAfter(SqliteSession session, string day)
    {
        using var select = session.Kept(
            """
            SELECT min(day) FROM (
                SELECT min(day) AS day FROM ad_events WHERE day > ?1
                UNION ALL SELECT min(date) FROM daily_ad_stats WHERE date > ?1
                UNION ALL SELECT min(date) FROM daily_ad_revisions WHERE date > ?1
                UNION ALL SELECT min(date) FROM daily_package_stats WHERE date > ?1
                UNION ALL SELECT min(date) FROM daily_invalid_stats WHERE date > ?1
                UNION ALL SELECT min(date) FROM events_by_day WHERE date > ?1)
            """);
        return select.Put(day).Rows().Select(row => row.TextOrNull(0)).Single();
    }
}
