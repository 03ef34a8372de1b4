using AdServer.Storage.Sqlite;

namespace AdServer.Benchmarks;

/// <summary>
/// Which packages have seen which ads, written into a store's file past the server: a hundred million events would take a day. Every n-th ad, a different one
/// to begin with for neighbouring packages.
/// </summary>
/// <param name="Ads">How many ads the store has.</param>
/// <param name="Packages">How many packages it gets.</param>
/// <param name="SeenEach">How many ads each of them has seen.</param>
internal sealed record SeenPairs(int Ads, int Packages, int SeenEach)
{
    /// <summary>From one ad that a package has seen to the next.</summary>
    private int Step => Ads / SeenEach;

    /// <summary>Fills a file that nobody has open.</summary>
    /// <param name="path">The file, with its ads.</param>
    /// <param name="isDelivered">Whether the same pairs are noted as delivered, too.</param>
    public void Fill(string path, bool isDelivered)
    {
        using var session = SqliteSession.Open(path, readOnly: false);
        // A file that is lost when this fails is made anew.
        session.Execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-256000;");
        session.InTransaction("BEGIN IMMEDIATE", inside =>
        {
            inside.Execute(Numbers("package_numbers", 0, Packages - 1) + Numbers("places", 0, SeenEach - 1) + "INSERT INTO packages (name) SELECT 'com.example.app' || n FROM package_numbers;");
            AddSeen(inside);
            if (isDelivered)
            {
                AddDelivered(inside);
            }

            return true;
        });
        session.Execute("PRAGMA journal_mode=WAL;");
    }

    /// <summary>In the order of the table; its index is made at once in the end, in a tenth of the time.</summary>
    private void AddSeen(SqliteSession session)
    {
        using var select = session.Once("SELECT sql FROM sqlite_schema WHERE name = 'package_ads_by_ad'");
        var index = select.Rows().Select(row => row.Text(0)).Single();
        session.Execute($"""
            DROP INDEX package_ads_by_ad;
            INSERT INTO package_ads (package_number, ad_number)
                SELECT number, 1 + number % {Step} + n * {Step} FROM packages CROSS JOIN places ORDER BY number, n;
            {index};
            """);
    }

    /// <summary>Ad by ad, which is nearly the order of the table.</summary>
    private void AddDelivered(SqliteSession session) => session.Execute($"""
        {Numbers("ad_numbers", 1, Step * SeenEach)}
        {Numbers("rounds", 0, Packages / Step)}
        INSERT INTO delivered_sets (block, package_number, bits)
            SELECT ad_numbers.n / {SqliteDeliveredSets.PerRow}, (ad_numbers.n - 1) % {Step} + rounds.n * {Step} AS package, 1 << (ad_numbers.n % {SqliteDeliveredSets.PerRow})
            FROM ad_numbers CROSS JOIN rounds WHERE package BETWEEN 1 AND {Packages}
        ON CONFLICT DO UPDATE SET bits = bits | excluded.bits;
        """);

    private static string Numbers(string table, int first, int last) => $"""
        CREATE TEMP TABLE {table} (n INTEGER PRIMARY KEY);
        WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) INSERT INTO {table} SELECT n FROM numbers;

        """;
}
