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
            inside.Execute(Numbers("package_numbers", 0, Packages - 1) + "INSERT INTO packages (name) SELECT 'com.example.app' || n FROM package_numbers;");
            Add(inside, "package_ads");
            if (isDelivered)
            {
                Add(inside, "delivered_sets");
            }

            return true;
        });
        session.Execute("PRAGMA journal_mode=WAL;");
    }

    /// <summary>In the order of the table.</summary>
    private void Add(SqliteSession session, string table)
    {
        using var insert = session.Once($"INSERT INTO {table} (place, ads) VALUES (?, ?)");
        for (var block = 0; block <= Step * SeenEach / SqlitePairSets.PerRow; block++)
        {
            for (var package = 1; package <= Packages; package++)
            {
                var first = (long)block * SqlitePairSets.PerRow;
                var set = new NumberSet();
                foreach (var number in Enumerable.Range(0, SeenEach).Select(place => 1 + (package % Step) + ((long)place * Step)).Where(number => number / SqlitePairSets.PerRow == block))
                {
                    set.Add((int)(number - first));
                }

                if (set.Count > 0)
                {
                    insert.Put(PairRow.PlaceOf(block, package)).PutBytes(set.Write()).Run();
                }
            }
        }
    }

    private static string Numbers(string table, int first, int last) => $"""
        CREATE TEMP TABLE {table} (n INTEGER PRIMARY KEY);
        WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) INSERT INTO {table} SELECT n FROM numbers;

        """;
}
