namespace AdServer.Storage.Sqlite;

/// <summary>
/// The statements on <c>delivered_sets</c>: which ads were handed out to which package, <see cref="PerRow"/> ads to a row. A row for each pair would be
/// written at every delivery until all pairs are there; these rows are a hundredth of that, and stay in memory.
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

    /// <summary>Takes some ads (a JSON array of their identities) out of rows that hold nothing else, up to a number of rows.</summary>
    public const string DeleteRows = $"DELETE FROM delivered_sets WHERE (block, package_number) IN ({Gone} AND bits & ~gone.gone_bits = 0 LIMIT ?)";

    /// <summary>Takes some ads out of all other rows, up to a number of rows.</summary>
    public const string ClearBits =
        $"""
        UPDATE delivered_sets SET bits = bits & ~(SELECT sum(1 << (number % 62)) FROM ads WHERE number / 62 = block AND id IN (SELECT value FROM json_each(?1)))
        WHERE (block, package_number) IN ({Gone} LIMIT ?)
        """;

    private const string Gone =
        """
        SELECT block, package_number FROM delivered_sets
        JOIN (SELECT number / 62 AS gone_block, sum(1 << (number % 62)) AS gone_bits FROM ads
              WHERE id IN (SELECT value FROM json_each(?1)) GROUP BY gone_block) AS gone
        ON gone_block = block WHERE bits & gone_bits
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
