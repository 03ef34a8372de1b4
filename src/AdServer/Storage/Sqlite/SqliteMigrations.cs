namespace AdServer.Storage.Sqlite;

/// <summary>The steps of the store's schema (<see cref="SqliteSchema"/>).</summary>
internal static class SqliteMigrations
{
    private const string Version1 =
        """
        CREATE TABLE performers (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
        CREATE INDEX performers_by_creation ON performers (created_at, id);

        CREATE TABLE developers (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL) STRICT;
        CREATE INDEX developers_by_creation ON developers (created_at, id);

        -- A removed ad belongs to nobody, so that it does not keep its performer from being removed; its mark stays for ever.
        CREATE TABLE ads (
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            performer_id TEXT REFERENCES performers (id),
            video_url TEXT NOT NULL, target_url TEXT NOT NULL, budget INTEGER NOT NULL, skip_time REAL NOT NULL, exit_time REAL NOT NULL,
            status INTEGER NOT NULL, starts_at INTEGER, ends_at INTEGER, allow TEXT NOT NULL, deny TEXT NOT NULL,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL,
            removed_at INTEGER, swept INTEGER NOT NULL DEFAULT 0,
            CHECK ((removed_at IS NULL) = (performer_id IS NOT NULL))) STRICT;
        CREATE INDEX ads_by_creation ON ads (created_at, id) WHERE removed_at IS NULL;
        CREATE INDEX ads_by_performer ON ads (performer_id) WHERE performer_id IS NOT NULL;
        CREATE INDEX ads_to_sweep ON ads (id) WHERE removed_at IS NOT NULL AND swept = 0;

        CREATE TABLE ad_events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT, ad_id TEXT NOT NULL, performer_id TEXT NOT NULL,
            package_name TEXT NOT NULL, is_other_package INTEGER NOT NULL, device_id TEXT, timestamp TEXT NOT NULL, day TEXT NOT NULL,
            event_type INTEGER NOT NULL, watch_duration INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT;
        CREATE INDEX ad_events_by_day ON ad_events (day);

        -- Apart from the events: an id counts once for ever, also after its event was deleted.
        CREATE TABLE event_ids (event_id TEXT PRIMARY KEY, day TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE rolls (
            number INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, events INTEGER NOT NULL,
            closed_at INTEGER NOT NULL, applied INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE INDEX rolls_by_seq ON rolls (last_seq);

        CREATE TABLE events_by_day (
            date TEXT NOT NULL, roll INTEGER NOT NULL, part INTEGER NOT NULL, events TEXT NOT NULL, created_at INTEGER NOT NULL,
            PRIMARY KEY (date, roll, part)) STRICT;

        CREATE TABLE daily_ad_stats (
            ad_id TEXT NOT NULL, date TEXT NOT NULL, performer_id TEXT NOT NULL,
            views INTEGER NOT NULL, clicks INTEGER NOT NULL, skips INTEGER NOT NULL, exits INTEGER NOT NULL,
            watch_duration_sum INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (ad_id, date)) STRICT, WITHOUT ROWID;
        CREATE INDEX daily_ad_stats_by_performer ON daily_ad_stats (performer_id, date);
        CREATE INDEX daily_ad_stats_by_date ON daily_ad_stats (date);

        CREATE TABLE daily_package_stats (
            package_name TEXT NOT NULL, date TEXT NOT NULL, ad_id TEXT NOT NULL, performer_id TEXT NOT NULL,
            views INTEGER NOT NULL, clicks INTEGER NOT NULL, skips INTEGER NOT NULL, exits INTEGER NOT NULL,
            watch_duration_sum INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (package_name, date, ad_id)) STRICT, WITHOUT ROWID;
        CREATE INDEX daily_package_stats_by_ad ON daily_package_stats (ad_id, date);
        CREATE INDEX daily_package_stats_by_performer ON daily_package_stats (performer_id, date);
        CREATE INDEX daily_package_stats_by_date ON daily_package_stats (date);

        CREATE TABLE packages (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE package_ads (
            package_number INTEGER NOT NULL, ad_number INTEGER NOT NULL,
            PRIMARY KEY (package_number, ad_number)) STRICT, WITHOUT ROWID;
        CREATE INDEX package_ads_by_ad ON package_ads (ad_number);

        CREATE TABLE daily_deliveries (
            ad_id TEXT NOT NULL, date TEXT NOT NULL, process TEXT NOT NULL, deliveries INTEGER NOT NULL,
            PRIMARY KEY (ad_id, date, process)) STRICT, WITHOUT ROWID;
        CREATE INDEX daily_deliveries_by_date ON daily_deliveries (date);

        CREATE TABLE daily_requests (
            package_name TEXT NOT NULL, date TEXT NOT NULL, process TEXT NOT NULL, requests INTEGER NOT NULL, fills INTEGER NOT NULL,
            PRIMARY KEY (package_name, date, process)) STRICT, WITHOUT ROWID;
        CREATE INDEX daily_requests_by_date ON daily_requests (date);
        """;

    /// <summary>Late events. What is there already counts as having come before its day was closed: nobody noted when.</summary>
    private const string Version2 =
        """
        ALTER TABLE ad_events ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE daily_ad_revisions (
            ad_id TEXT NOT NULL, date TEXT NOT NULL, revision INTEGER NOT NULL, performer_id TEXT NOT NULL, time INTEGER NOT NULL,
            views INTEGER NOT NULL, clicks INTEGER NOT NULL, skips INTEGER NOT NULL, exits INTEGER NOT NULL,
            watch_duration_sum INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (ad_id, date, revision)) STRICT, WITHOUT ROWID;
        CREATE INDEX daily_ad_revisions_by_performer ON daily_ad_revisions (performer_id, date);
        CREATE INDEX daily_ad_revisions_by_date ON daily_ad_revisions (date);
        """;

    private const string Version3 =
        """
        -- Invalid traffic. What is there already counts as valid: nobody rated it.
        ALTER TABLE ad_events ADD COLUMN flaw INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ad_events ADD COLUMN user_agent TEXT;

        CREATE TABLE daily_invalid_stats (
            package_name TEXT NOT NULL, date TEXT NOT NULL, ad_id TEXT NOT NULL, flaw INTEGER NOT NULL, performer_id TEXT NOT NULL,
            views INTEGER NOT NULL, clicks INTEGER NOT NULL, skips INTEGER NOT NULL, exits INTEGER NOT NULL,
            watch_duration_sum INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (package_name, date, ad_id, flaw)) STRICT, WITHOUT ROWID;
        CREATE INDEX daily_invalid_stats_by_ad ON daily_invalid_stats (ad_id, date);
        CREATE INDEX daily_invalid_stats_by_performer ON daily_invalid_stats (performer_id, date);
        CREATE INDEX daily_invalid_stats_by_date ON daily_invalid_stats (date, ad_id);

        -- Delivered ads: what had an event before is taken as delivered, that of the tail too.
        CREATE TABLE delivered_ads (
            package_number INTEGER NOT NULL, ad_number INTEGER NOT NULL,
            PRIMARY KEY (package_number, ad_number)) STRICT, WITHOUT ROWID;
        INSERT INTO delivered_ads SELECT package_number, ad_number FROM package_ads;
        INSERT INTO packages (name)
            SELECT iif(is_other_package, '(other)', package_name) AS counted FROM ad_events
            WHERE seq > (SELECT coalesce(max(last_seq), 0) FROM rolls WHERE applied = 1)
            GROUP BY counted ORDER BY min(seq) ON CONFLICT DO NOTHING;
        INSERT OR IGNORE INTO delivered_ads
            SELECT packages.number, ads.number FROM ad_events
            JOIN packages ON packages.name = iif(is_other_package, '(other)', package_name)
            JOIN ads ON ads.id = ad_id AND removed_at IS NULL
            WHERE seq > (SELECT coalesce(max(last_seq), 0) FROM rolls WHERE applied = 1);
        CREATE INDEX delivered_ads_by_ad ON delivered_ads (ad_number);
        -- Retention: since which day raw events are kept, and on which day that was said. Identities go by their day, too.
        CREATE TABLE raw_since (set_on TEXT PRIMARY KEY, day TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX event_ids_by_day ON event_ids (day);
        """;

    /// <summary>Tokens. One that ended stays.</summary>
    private const string Version4 =
        """
        CREATE TABLE tokens (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, created_at INTEGER NOT NULL,
            performer_id TEXT, packages TEXT NOT NULL, scopes TEXT, expires_at INTEGER, revoked_at INTEGER, last_used_at INTEGER) STRICT;
        """;

    private const string Version5 =
        """
        -- Audit. Entries are added and nothing else; how a change ended is said once, beside its entry.
        CREATE TABLE audit (
            id TEXT PRIMARY KEY, at INTEGER NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL, role TEXT, address TEXT, trace_id TEXT,
            action TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT, performer_id TEXT, state_before TEXT, state_after TEXT) STRICT;
        CREATE INDEX audit_by_time ON audit (at, id);
        CREATE INDEX audit_by_object ON audit (object_kind, object_id, at, id);
        CREATE INDEX audit_by_kind ON audit (object_kind, at, id);
        CREATE INDEX audit_by_actor ON audit (actor_id, at, id);
        CREATE TABLE audit_ends (
            id TEXT PRIMARY KEY REFERENCES audit (id), outcome TEXT NOT NULL, ended_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_ends_are_not_changed BEFORE UPDATE ON audit_ends BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_ends_are_not_deleted BEFORE DELETE ON audit_ends BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

        -- Idempotency keys, for a day.
        CREATE TABLE idempotency_keys (
            id TEXT PRIMARY KEY, caller_id TEXT NOT NULL, fingerprint TEXT NOT NULL, object_id TEXT NOT NULL, created_at INTEGER NOT NULL,
            status INTEGER, answered_id TEXT) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_keys_by_caller ON idempotency_keys (caller_id);
        CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

        -- When a token ends because another one took its place.
        ALTER TABLE tokens ADD COLUMN grace_until INTEGER;

        -- Sign-in: whose session a token is and with which password it began; passwords as hashes, and one-time links.
        ALTER TABLE tokens ADD COLUMN subject TEXT;
        ALTER TABLE tokens ADD COLUMN stamp TEXT;
        CREATE INDEX tokens_by_subject ON tokens (subject) WHERE subject IS NOT NULL;
        CREATE TABLE credentials (subject TEXT PRIMARY KEY, version INTEGER NOT NULL, password TEXT, stamp TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE sign_in_links (
            hash TEXT PRIMARY KEY, subject TEXT NOT NULL REFERENCES credentials (subject), kind INTEGER NOT NULL,
            expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX sign_in_links_by_subject ON sign_in_links (subject, expires_at);

        -- Signed deliveries. What is there already counts as not verified: nobody signed. Rows of verified events are in daily_invalid_stats, flaw 6.
        ALTER TABLE ad_events ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE signing_keys (
            id TEXT PRIMARY KEY, secret TEXT NOT NULL, created_at INTEGER NOT NULL, signs_from INTEGER NOT NULL,
            signs_until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """;

    private const string Version6 =
        """
        -- Delivered ads in rows of up to 62, by block: what a removed ad left behind stands together.
        CREATE TABLE delivered_sets (
            block INTEGER NOT NULL, package_number INTEGER NOT NULL, bits INTEGER NOT NULL,
            PRIMARY KEY (block, package_number)) STRICT, WITHOUT ROWID;
        INSERT INTO delivered_sets
            SELECT ad_number / 62 AS block, package_number, sum(1 << (ad_number % 62)) FROM delivered_ads GROUP BY block, package_number;
        DROP TABLE delivered_ads;
        """;

    private const string Version7 =
        """
        -- Rows by package by the small numbers of ad and package, a day's together: most of what a roll writes. The performer is the ad's.
        -- Those of removed ads were to be deleted anyway.
        CREATE TABLE daily_package_counts (
            date TEXT NOT NULL, ad_number INTEGER NOT NULL, package_number INTEGER NOT NULL,
            views INTEGER NOT NULL, clicks INTEGER NOT NULL, skips INTEGER NOT NULL, exits INTEGER NOT NULL,
            watch_duration_sum INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (date, ad_number, package_number)) STRICT, WITHOUT ROWID;
        INSERT INTO packages (name) SELECT DISTINCT package_name FROM daily_package_stats WHERE true ON CONFLICT DO NOTHING;
        INSERT INTO daily_package_counts
            SELECT date, ads.number, packages.number, views, clicks, skips, exits, watch_duration_sum,
                daily_package_stats.created_at, daily_package_stats.updated_at, through
            FROM daily_package_stats JOIN ads ON ads.id = ad_id AND removed_at IS NULL JOIN packages ON packages.name = package_name ORDER BY 1, 2, 3;
        DROP TABLE daily_package_stats;
        ALTER TABLE daily_package_counts RENAME TO daily_package_stats;
        CREATE INDEX daily_package_stats_by_package ON daily_package_stats (package_number, date);
        """;

    private const string Version8 =
        """
        -- Pairs of packages and ads in rows of up to 261 times 62 (SqlitePairSets): place is block * 2^32 + the package's number, ads a NumberSet.
        ALTER TABLE package_ads RENAME TO package_pairs;
        CREATE TABLE package_ads (place INTEGER PRIMARY KEY, ads BLOB NOT NULL) STRICT;
        ALTER TABLE delivered_sets RENAME TO delivered_bits;
        CREATE TABLE delivered_sets (place INTEGER PRIMARY KEY, ads BLOB NOT NULL) STRICT;
        """;

    private const string Version9 =
        """
        -- Totals of deliveries and requests by small numbers, a day's of a process together: what is replaced each second lies side by side, however many
        -- days there are. Those of ads that are not there were nobody's.
        CREATE TABLE processes (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        INSERT INTO processes (name) SELECT process FROM daily_deliveries UNION SELECT process FROM daily_requests;

        CREATE TABLE delivery_totals (
            date TEXT NOT NULL, process_number INTEGER NOT NULL, ad_number INTEGER NOT NULL, deliveries INTEGER NOT NULL,
            PRIMARY KEY (date, process_number, ad_number)) STRICT, WITHOUT ROWID;
        INSERT INTO delivery_totals
            SELECT date, processes.number, ads.number, deliveries
            FROM daily_deliveries JOIN ads ON ads.id = ad_id JOIN processes ON processes.name = process ORDER BY 1, 2, 3;
        DROP TABLE daily_deliveries;
        ALTER TABLE delivery_totals RENAME TO daily_deliveries;
        CREATE INDEX daily_deliveries_by_ad ON daily_deliveries (ad_number, date);

        INSERT INTO packages (name) SELECT DISTINCT package_name FROM daily_requests WHERE true ON CONFLICT DO NOTHING;
        CREATE TABLE request_totals (
            date TEXT NOT NULL, process_number INTEGER NOT NULL, package_number INTEGER NOT NULL, requests INTEGER NOT NULL, fills INTEGER NOT NULL,
            PRIMARY KEY (date, process_number, package_number)) STRICT, WITHOUT ROWID;
        INSERT INTO request_totals
            SELECT date, processes.number, packages.number, requests, fills
            FROM daily_requests JOIN packages ON packages.name = package_name JOIN processes ON processes.name = process ORDER BY 1, 2, 3;
        DROP TABLE daily_requests;
        ALTER TABLE request_totals RENAME TO daily_requests;
        CREATE INDEX daily_requests_by_package ON daily_requests (package_number, date);
        """;

    private const string Version10 =
        """
        -- Nothing new, but half of a roll may be in the file (SqliteDerived.Prepare), which a server that knows no more than version 9 would not get over.
        """;

    private const string Version11 =
        """
        -- Totals of deliveries of 100 ads to a row (DeliveryRow): block is the ad's number / 100, deliveries JSON.
        ALTER TABLE daily_deliveries RENAME TO delivery_totals;
        DROP INDEX daily_deliveries_by_ad;
        CREATE TABLE daily_deliveries (
            date TEXT NOT NULL, process_number INTEGER NOT NULL, block INTEGER NOT NULL, deliveries TEXT NOT NULL,
            PRIMARY KEY (date, process_number, block)) STRICT;
        CREATE INDEX daily_deliveries_by_block ON daily_deliveries (block, date, process_number);
        """;

    /// <summary>All of them, the first version first.</summary>
    public static SqliteMigration[] Store =>
        [Version1, Version2, Version3, Version4, Version5, Version6, Version7, new SqliteMigration(Version8, SqlitePairTakeOver.Run), Version9, Version10, new SqliteMigration(Version11, SqliteDeliveries.TakeOver)];
}

/// <summary>One step of a schema.</summary>
/// <param name="Script">Its statements.</param>
/// <param name="Rest">What no statement can say, after them.</param>
internal sealed record SqliteMigration(string Script, Action<SqliteSession>? Rest = null)
{
    public static implicit operator SqliteMigration(string script) => new(script);
}
