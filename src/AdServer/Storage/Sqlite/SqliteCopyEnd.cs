using AdServer.Commands.Copying;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>What a copy is compared by, of a store in SQLite.</summary>
internal static class SqliteCopyEnd
{
    public static CopyCounts Count(SqliteSession session) => new(
        session.Number("SELECT count(*) FROM performers"),
        session.Number("SELECT count(*) FROM developers"),
        session.Number("SELECT count(*) FROM ads WHERE removed_at IS NULL"),
        session.Number("SELECT count(*) FROM ads WHERE removed_at IS NOT NULL"),
        session.Number("SELECT count(*) FROM packages"),
        session.Number("SELECT count(*) FROM ad_events WHERE day >= coalesce((SELECT max(day) FROM raw_since), '')"),
        session.Number("SELECT count(*) FROM event_ids"),
        session.Number($"SELECT count(*) FROM {SqliteDeliveries.All}"),
        session.Number("SELECT count(*) FROM daily_requests"),
        SqlitePairSets.Delivered.CountLive(session))
    {
        Tokens = session.Number("SELECT count(*) FROM tokens WHERE subject IS NULL"),
        Credentials = session.Number("SELECT count(*) FROM credentials"),
        Audit = session.Number("SELECT count(*) FROM audit"),
        SigningKeys = session.Number("SELECT count(*) FROM signing_keys"),
        RawSince = SqliteRawSince.Read(session),
        Kept = session.Number(
            """
            SELECT (SELECT count(*) FROM daily_ad_stats WHERE date < (SELECT max(day) FROM raw_since))
                + (SELECT count(*) FROM daily_package_stats WHERE date < (SELECT max(day) FROM raw_since))
                + (SELECT count(*) FROM daily_ad_revisions WHERE date < (SELECT max(day) FROM raw_since))
                + (SELECT count(*) FROM daily_invalid_stats WHERE date < (SELECT max(day) FROM raw_since))
            """),
    };

    public static async Task<IReadOnlyList<StatsRow>> ReadStatsAsync(IStatsStore stats, StatsQuery query, CancellationToken cancellation) =>
        (await stats.ReadAsync(query, cancellation)).Rows;
}
