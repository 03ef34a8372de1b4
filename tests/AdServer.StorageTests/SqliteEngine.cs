using AdServer.Common;
using AdServer.Storage;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AdServer.StorageTests;

/// <summary>SQLite on a file in a folder that goes away with the test.</summary>
internal sealed class SqliteEngine : TestEngine
{
    /// <summary>Takes back what versions 7 to 11 of the schema changed; behind <see cref="BackToTheSeventhSchema"/>, as all that follow.</summary>
    public const string BackToTheSixthSchema =
        """
        CREATE TABLE named (
            package_name TEXT NOT NULL, date TEXT NOT NULL, ad_id TEXT NOT NULL, performer_id TEXT NOT NULL,
            views INTEGER NOT NULL, clicks INTEGER NOT NULL, skips INTEGER NOT NULL, exits INTEGER NOT NULL,
            watch_duration_sum INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (package_name, date, ad_id)) STRICT, WITHOUT ROWID;
        INSERT INTO named
            SELECT packages.name, date, ads.id, coalesce(performer_id, ''), views, clicks, skips, exits, watch_duration_sum, s.created_at, s.updated_at, through
            FROM daily_package_stats s JOIN packages ON packages.number = package_number JOIN ads ON ads.number = ad_number;
        DROP TABLE daily_package_stats;
        ALTER TABLE named RENAME TO daily_package_stats;
        CREATE INDEX daily_package_stats_by_ad ON daily_package_stats (ad_id, date);
        CREATE INDEX daily_package_stats_by_performer ON daily_package_stats (performer_id, date);
        CREATE INDEX daily_package_stats_by_date ON daily_package_stats (date);
        PRAGMA user_version = 6;
        """;

    /// <summary>Takes back what versions 6 to 11 of the schema changed.</summary>
    public const string BackToTheFifthSchema = BackToTheSixthSchema +
        """
        CREATE TABLE delivered_ads (
            package_number INTEGER NOT NULL, ad_number INTEGER NOT NULL,
            PRIMARY KEY (package_number, ad_number)) STRICT, WITHOUT ROWID;
        CREATE INDEX delivered_ads_by_ad ON delivered_ads (ad_number);
        INSERT INTO delivered_ads SELECT package_number, number FROM delivered_sets JOIN ads ON block = number / 62 AND bits >> (number % 62) & 1;
        DROP TABLE delivered_sets;
        PRAGMA user_version = 5;
        """;

    /// <summary>Takes back what versions 5 to 11 of the schema added.</summary>
    public const string BackToTheFourthSchema = BackToTheFifthSchema +
        """
        ALTER TABLE ad_events DROP COLUMN verified;
        DROP TABLE signing_keys;
        DROP TABLE audit_ends;
        DROP TABLE audit;
        DROP TABLE idempotency_keys;
        DROP INDEX tokens_by_subject;
        ALTER TABLE tokens DROP COLUMN grace_until;
        ALTER TABLE tokens DROP COLUMN subject;
        ALTER TABLE tokens DROP COLUMN stamp;
        DROP TABLE sign_in_links;
        DROP TABLE credentials;
        PRAGMA user_version = 4;
        """;

    /// <summary>Takes back what versions 3 to 11 of the schema added.</summary>
    public const string BackToTheSecondSchema = BackToTheFourthSchema +
        """
        ALTER TABLE ad_events DROP COLUMN flaw;
        ALTER TABLE ad_events DROP COLUMN user_agent;
        DROP TABLE daily_invalid_stats;
        DROP TABLE delivered_ads;
        DROP TABLE raw_since;
        DROP INDEX event_ids_by_day;
        DROP TABLE tokens;
        PRAGMA user_version = 2;
        """;

    /// <summary>Takes back what all versions after the first added.</summary>
    public const string BackToTheFirstSchema = BackToTheSecondSchema +
        """
        ALTER TABLE ad_events DROP COLUMN revision;
        DROP TABLE daily_ad_revisions;
        PRAGMA user_version = 1;
        """;

    /// <summary>Takes back what version 11 of the schema changed.</summary>
    public const string BackToTheTenthSchema =
        """
        CREATE TABLE delivery_totals (
            date TEXT NOT NULL, process_number INTEGER NOT NULL, ad_number INTEGER NOT NULL, deliveries INTEGER NOT NULL,
            PRIMARY KEY (date, process_number, ad_number)) STRICT, WITHOUT ROWID;
        INSERT INTO delivery_totals
            SELECT date, process_number, block * 100 + key, value FROM daily_deliveries JOIN json_each(deliveries) WHERE value > 0;
        DROP TABLE daily_deliveries;
        ALTER TABLE delivery_totals RENAME TO daily_deliveries;
        CREATE INDEX daily_deliveries_by_ad ON daily_deliveries (ad_number, date);
        PRAGMA user_version = 10;
        """;

    /// <summary>Takes back what versions 9 to 11 of the schema changed.</summary>
    public const string BackToTheEighthSchema = BackToTheTenthSchema +
        """
        CREATE TABLE named_deliveries (
            ad_id TEXT NOT NULL, date TEXT NOT NULL, process TEXT NOT NULL, deliveries INTEGER NOT NULL,
            PRIMARY KEY (ad_id, date, process)) STRICT, WITHOUT ROWID;
        INSERT INTO named_deliveries
            SELECT ads.id, date, processes.name, deliveries
            FROM daily_deliveries JOIN ads ON ads.number = ad_number JOIN processes ON processes.number = process_number;
        DROP TABLE daily_deliveries;
        ALTER TABLE named_deliveries RENAME TO daily_deliveries;
        CREATE INDEX daily_deliveries_by_date ON daily_deliveries (date);
        CREATE TABLE named_requests (
            package_name TEXT NOT NULL, date TEXT NOT NULL, process TEXT NOT NULL, requests INTEGER NOT NULL, fills INTEGER NOT NULL,
            PRIMARY KEY (package_name, date, process)) STRICT, WITHOUT ROWID;
        INSERT INTO named_requests
            SELECT packages.name, date, processes.name, requests, fills
            FROM daily_requests JOIN packages ON packages.number = package_number JOIN processes ON processes.number = process_number;
        DROP TABLE daily_requests;
        ALTER TABLE named_requests RENAME TO daily_requests;
        CREATE INDEX daily_requests_by_date ON daily_requests (date);
        DROP TABLE processes;
        PRAGMA user_version = 8;
        """;

    /// <summary>Takes back what versions 8 to 11 of the schema changed.</summary>
    public static void BackToTheSeventhSchema(SqliteSession session)
    {
        session.Execute(BackToTheEighthSchema);
        session.Execute(
            """
            CREATE TABLE package_pairs (
                package_number INTEGER NOT NULL, ad_number INTEGER NOT NULL,
                PRIMARY KEY (package_number, ad_number)) STRICT, WITHOUT ROWID;
            CREATE INDEX package_ads_by_ad ON package_pairs (ad_number);
            CREATE TABLE delivered_bits (
                block INTEGER NOT NULL, package_number INTEGER NOT NULL, bits INTEGER NOT NULL,
                PRIMARY KEY (block, package_number)) STRICT, WITHOUT ROWID;
            """);
        using (var pair = session.Once("INSERT INTO package_pairs VALUES (?, ?)"))
        using (var bits = session.Once("INSERT INTO delivered_bits VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET bits = bits | excluded.bits"))
        {
            foreach (var (package, ad) in AllOf(SqlitePairSets.Seen, session))
            {
                pair.Put(package).Put(ad).Run();
            }

            foreach (var (package, ad) in AllOf(SqlitePairSets.Delivered, session))
            {
                bits.Put(ad / 62).Put(package).Put(1L << (int)(ad % 62)).Run();
            }
        }

        session.Execute(
            """
            DROP TABLE package_ads;
            ALTER TABLE package_pairs RENAME TO package_ads;
            DROP TABLE delivered_sets;
            ALTER TABLE delivered_bits RENAME TO delivered_sets;
            PRAGMA user_version = 7;
            """);
    }

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-tests-");

    public string File => Path.Combine(folder.FullName, "data", "adserver.db");

    public SqliteDatabase Database => Get<SqliteDatabase>();

    public override Task FillDiskAsync() => LimitPagesAsync(session =>
    {
        // Pages that a migration freed would take a little more.
        session.Execute("CREATE TABLE IF NOT EXISTS filling (bytes BLOB)");
        while (session.Number("PRAGMA freelist_count") > 0)
        {
            session.Execute("INSERT INTO filling VALUES (zeroblob(3000))");
        }

        return session.Number("PRAGMA page_count");
    });

    public override Task FreeDiskAsync() => LimitPagesAsync(_ => 1_073_741_823);

    public override Task SpoilAdRowAsync(string adId) => RunAsync($"UPDATE daily_ad_stats SET views = views + 1 WHERE ad_id = '{adId}'");

    public override Task SpoilPackageRowsAsync(string adId) => RunAsync($"UPDATE daily_package_stats SET views = views - 1 WHERE {OfAd(adId)}");

    public override Task SpoilRevisionsAsync(string adId) => RunAsync($"UPDATE daily_ad_revisions SET views = views - 1 WHERE ad_id = '{adId}'");

    public override Task DeleteRevisionsAsync(string adId) => RunAsync($"DELETE FROM daily_ad_revisions WHERE ad_id = '{adId}'");

    public override Task AddStrangeRevisionAsync(string adId, string performerId) => RunAsync(
        $"INSERT INTO daily_ad_revisions VALUES ('{adId}', '{Samples.Today}', 9, '{performerId}', 1, 1, 2, 3, 4, 5, 6, 7, 1)");

    public override Task SpoilInvalidAsync(string adId) => RunAsync($"UPDATE daily_invalid_stats SET views = views - 1 WHERE ad_id = '{adId}'");

    public override Task DeleteInvalidAsync(string adId) => RunAsync($"DELETE FROM daily_invalid_stats WHERE ad_id = '{adId}'");

    public override Task AddStrangeInvalidAsync(string adId, string performerId) => RunAsync(
        $"INSERT INTO daily_invalid_stats VALUES ('none', '{Samples.Today}', '{adId}', 2, '{performerId}', 1, 2, 3, 4, 5, 6, 7, 1)");

    public override Task DeleteRowsAsync(string adId) =>
        RunAsync($"DELETE FROM daily_ad_stats WHERE ad_id = '{adId}'; DELETE FROM daily_package_stats WHERE {OfAd(adId)}");

    public override Task AddStrangeRowsAsync(string adId, string performerId) => RunAsync(
        $"""
        INSERT INTO daily_ad_stats VALUES ('{adId}', '{Samples.Today}', '{performerId}', 1, 2, 3, 4, 5, 6, 7, 1);
        INSERT INTO packages (name) VALUES ('none') ON CONFLICT DO NOTHING;
        INSERT INTO daily_package_stats
            SELECT '{Samples.Today}', ads.number, packages.number, 1, 2, 3, 4, 5, 6, 7, 1 FROM ads JOIN packages ON packages.name = 'none' WHERE ads.id = '{adId}';
        """);

    public override Task SpoilBucketsAsync(string adId) =>
        RunAsync($"UPDATE events_by_day SET events = '[]' WHERE instr(events, char(34) || '{adId}' || char(34)) > 0");

    public override Task SpoilPackageAdsAsync(string package) =>
        RunAsync($"DELETE FROM package_ads WHERE place & 4294967295 = (SELECT number FROM packages WHERE name = '{package}')");

    public override Task<long> CountTracesAsync(string adId) => Database.ReadAsync(
        session => session.Number(
            $"""
            SELECT (SELECT count(*) FROM ad_events WHERE ad_id = '{adId}')
                + (SELECT count(*) FROM events_by_day WHERE instr(events, '{adId}') > 0)
                + (SELECT count(*) FROM daily_ad_stats WHERE ad_id = '{adId}')
                + (SELECT count(*) FROM daily_ad_revisions WHERE ad_id = '{adId}')
                + (SELECT count(*) FROM daily_invalid_stats WHERE ad_id = '{adId}')
                + (SELECT count(*) FROM daily_package_stats WHERE {OfAd(adId)})
                + (SELECT count(*) FROM daily_deliveries JOIN json_each(deliveries) JOIN ads ON number = block * 100 + key WHERE ads.id = '{adId}' AND value > 0)
            """) + session.Number($"SELECT coalesce((SELECT number FROM ads WHERE id = '{adId}'), -1)") switch
            {
                var number => AllOf(SqlitePairSets.Seen, session).Concat(AllOf(SqlitePairSets.Delivered, session)).Count(pair => pair.Ad == number),
            },
        CancellationToken.None);

    public override Task<(long Events, long Buckets)> CountRawAsync() => Database.ReadAsync(
        session => (session.Number("SELECT count(*) FROM ad_events"), session.Number("SELECT count(*) FROM events_by_day")), CancellationToken.None);

    public override Task DeleteRawAsync(UtcDay before) =>
        RunAsync($"DELETE FROM ad_events WHERE day < '{before}'; DELETE FROM events_by_day WHERE date < '{before}'");

    public override Task<long> CountDeviceAsync(string deviceId, string userAgent) => Database.ReadAsync(
        session => SqliteEvents.List(session, 0, long.MaxValue).Count(one => one.DeviceId == deviceId || one.UserAgent == userAgent)
            + session.Number($"SELECT count(*) FROM events_by_day WHERE instr(events, '{deviceId}') > 0 OR instr(events, '{userAgent}') > 0"),
        CancellationToken.None);

    public override async Task<int> ReadLargestBucketAsync() => (int)await Database.ReadAsync(
        session => session.Number("SELECT max(json_array_length(events)) FROM events_by_day"), CancellationToken.None);

    /// <summary>The pairs of a table.</summary>
    public static List<(long Package, long Ad)> AllOf(SqlitePairSets sets, SqliteSession session)
    {
        var pairs = new List<(long, long)>();
        for (var rows = sets.List(session, -1, int.MaxValue); rows is [.., var last]; rows = sets.List(session, last.Place, int.MaxValue))
        {
            pairs.AddRange(rows.SelectMany(row => row.Pairs));
        }

        return pairs;
    }

    private static string OfAd(string adId) => $"ad_number = (SELECT number FROM ads WHERE id = '{adId}')";

    /// <summary>Makes the file one of an older schema.</summary>
    /// <param name="script">What follows <see cref="BackToTheSeventhSchema"/>.</param>
    public Task GoBackAsync(string script = "") => Database.WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            BackToTheSeventhSchema(session);
            session.Execute(script);
            return true;
        },
        CancellationToken.None);

    /// <summary>Runs statements past the store: what it keeps in memory of rows of pairs may be wrong from then on, and is forgotten.</summary>
    public Task RunAsync(string sql) => Database.WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            session.Execute(sql);
            session.Pairs!.Clear();
            return true;
        },
        CancellationToken.None);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
    }

    public override ServiceProvider Open(StorageAccess access) => NewServices()
        .AddStorage(new ConfigurationBuilder().Build(), folder.FullName, access)
        .BuildServiceProvider();

    protected override ServiceProvider Open() => Open(StorageAccess.Serve);

    private Task<long> LimitPagesAsync(Func<SqliteSession, long> most) => Database.WriteAsync(
        SqliteLane.Urgent, session => session.Number($"PRAGMA max_page_count = {most(session)}"), CancellationToken.None);
}
