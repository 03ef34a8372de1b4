namespace AdServer.Storage.Sqlite;

/// <summary>
/// The statements on <c>delivered_sets</c>: which ads were handed out to which package, <see cref="PerRow"/> ads to a row. A row for each pair would be
/// written at every delivery until all pairs are there; these rows are a fiftieth as many. What a file holds depends on the number 62: it never changes.
/// </summary>
internal static class SqliteDeliveredSets
{
    /// <summary>The ads of a row: bit n is the ad with the number <c>62 * block + n</c>. As many as an integer has bits that never make it negative.</summary>
    public const int PerRow = 62;

    /// <summary>How many pairs of live ads there are.</summary>
    public const string CountLive =
        """
        SELECT count(*) FROM delivered_sets
        JOIN ads ON ads.number BETWEEN 62 * block AND 62 * block + 61 AND bits >> (ads.number % 62) & 1 AND removed_at IS NULL
        """;

    /// <summary>Adds pairs of live ads; their packages are counted by name from then on.</summary>
    public static void Add(SqliteSession session, IEnumerable<(string Package, string AdId)> pairs, SqliteLiveAds ads, SqlitePackageNumbers packages)
    {
        var sets = new Dictionary<(long Block, long Package), long>();
        foreach (var (package, adId) in pairs)
        {
            if (ads.NumberOf(adId) is { } number)
            {
                var row = (number / PerRow, packages.Of(package));
                sets[row] = sets.GetValueOrDefault(row) | (1L << (int)(number % PerRow));
            }
        }

        using var insert = session.Kept(
            "INSERT INTO delivered_sets (block, package_number, bits) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET bits = bits | excluded.bits");
        foreach (var ((block, package), bits) in sets.OrderBy(row => row.Key))
        {
            insert.Put(block).Put(package).Put(bits).Run();
        }
    }

    /// <summary>The rows after a place that hold some ads (a JSON array of their identities), in order, each with the bits of those ads.</summary>
    public static List<DeliveredRow> Find(SqliteSession session, string ads, (long Block, long Package) after, int limit)
    {
        using var select = session.Kept(
            """
            SELECT block, package_number, gone_bits
            FROM (SELECT number / 62 AS gone_block, sum(1 << (number % 62)) AS gone_bits FROM ads
                  WHERE id IN (SELECT value FROM json_each(?)) GROUP BY gone_block)
            CROSS JOIN delivered_sets ON block = gone_block
            WHERE (block, package_number) > (?, ?) AND bits & gone_bits ORDER BY block, package_number LIMIT ?
            """);
        return [.. select.Put(ads).Put(after.Block).Put(after.Package).Put(limit).Rows().Select(row => new DeliveredRow(row.Int(0), row.Int(1), row.Int(2)))];
    }

    /// <summary>Takes ads out of rows; a row that holds nothing else goes.</summary>
    public static void Clear(SqliteSession session, IEnumerable<DeliveredRow> gone)
    {
        using var update = session.Kept("UPDATE delivered_sets SET bits = bits & ~? WHERE block = ? AND package_number = ?");
        using var delete = session.Kept("DELETE FROM delivered_sets WHERE block = ? AND package_number = ? AND bits = 0");
        foreach (var row in gone)
        {
            update.Put(row.Bits).Put(row.Block).Put(row.Package).Run();
            delete.Put(row.Block).Put(row.Package).Run();
        }
    }

    /// <summary>Whether an ad was handed out to a package.</summary>
    public static bool Has(SqliteSession session, string package, string adId)
    {
        using var select = session.Kept(
            """
            SELECT 1 FROM ads JOIN delivered_sets ON block = number / 62 AND package_number = (SELECT number FROM packages WHERE name = ?)
            WHERE id = ? AND bits >> (number % 62) & 1
            """);
        return select.Put(package).Put(adId).Rows().Any();
    }

    /// <summary>The rows after a place, in order.</summary>
    public static List<DeliveredRow> List(SqliteSession session, (long Block, long Package) after, int limit)
    {
        using var select = session.Kept(
            "SELECT block, package_number, bits FROM delivered_sets WHERE (block, package_number) > (?, ?) ORDER BY block, package_number LIMIT ?");
        return [.. select.Put(after.Block).Put(after.Package).Put(limit).Rows().Select(row => new DeliveredRow(row.Int(0), row.Int(1), row.Int(2)))];
    }
}

/// <summary>Some of the ads that were handed out to a package.</summary>
/// <param name="Block">Which ads.</param>
/// <param name="Package">The package's number.</param>
/// <param name="Bits">A bit for each ad that was.</param>
internal readonly record struct DeliveredRow(long Block, long Package, long Bits)
{
    /// <summary>The row's place among all.</summary>
    public (long Block, long Package) Place => (Block, Package);

    /// <summary>The numbers of the ads.</summary>
    public IEnumerable<long> Ads()
    {
        for (var left = Bits; left != 0; left &= left - 1)
        {
            yield return (Block * SqliteDeliveredSets.PerRow) + long.TrailingZeroCount(left);
        }
    }
}
