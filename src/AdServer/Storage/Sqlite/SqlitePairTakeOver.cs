using System.Numerics;

namespace AdServer.Storage.Sqlite;

/// <summary>How pairs of packages and ads came from schema 7 into <see cref="SqlitePairSets"/>.</summary>
internal static class SqlitePairTakeOver
{
    /// <summary>Takes over the pairs of schema 7: one to a row, and up to 62 to a row, where bit n of a block is the ad with the number <c>62 * block + n</c>.</summary>
    public static void Run(SqliteSession session)
    {
        Take(session, SqlitePairSets.Seen, $"SELECT ad_number / {SqlitePairSets.PerRow} AS block, package_number, ad_number % {SqlitePairSets.PerRow}, 1 FROM package_pairs ORDER BY package_number, ad_number");
        var blocks = session.Number("SELECT coalesce(max(block) + 1, 0) FROM delivered_bits");
        for (var first = 0L; first < blocks; first += SqlitePairSets.BlocksOfBits)
        {
            // Part by part, since they are not in this order: what is sorted outside of memory is bounded.
            Take(
                session,
                SqlitePairSets.Delivered,
                $"""
                SELECT block / {SqlitePairSets.BlocksOfBits}, package_number, block % {SqlitePairSets.BlocksOfBits} * {SqlitePairSets.AdsOfBits}, bits FROM delivered_bits
                WHERE block >= {first} AND block < {first + SqlitePairSets.BlocksOfBits} ORDER BY package_number
                """);
        }

        session.Execute("DROP TABLE package_pairs; DROP TABLE delivered_bits;");
    }

    /// <summary>Adds what a statement gives: block, package, number and bits, what belongs to one row together.</summary>
    private static void Take(SqliteSession session, SqlitePairSets table, string sql)
    {
        using var select = session.Once(sql);
        var (place, set) = (0L, new NumberSet());
        foreach (var row in select.Rows())
        {
            var next = PairRow.PlaceOf(row.Int(0), row.Int(1));
            if (next != place && set.Count > 0)
            {
                table.Write(session, place, set);
                set = new NumberSet();
            }

            place = next;
            for (var left = row.Int(3); left != 0; left &= left - 1)
            {
                set.Add((int)row.Int(2) + BitOperations.TrailingZeroCount(left));
            }
        }

        if (set.Count > 0)
        {
            table.Write(session, place, set);
        }
    }
}
