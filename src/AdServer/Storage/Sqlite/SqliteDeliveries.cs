using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The statements on <c>daily_deliveries</c>: how often ads were handed out on a day by a process, a block of ads to a row (<see cref="DeliveryRow"/>). Under load a flush brings
/// the totals of nearly all ads there are, each second: in a row each they would be most of what is written.
/// </summary>
internal static class SqliteDeliveries
{
    /// <summary>All totals, day by day, as SQL behind FROM: the ad <c>a</c> and its total <c>e.value</c>; only of ads that were not removed.</summary>
    /// <remarks>Every date is greater than the empty text: said so that the engine goes along the key, where the days lie together, and not along the narrower index by block.</remarks>
    public static readonly string All =
        $"""
        daily_deliveries s CROSS JOIN json_each(s.deliveries) e CROSS JOIN ads a ON a.number = s.block * {DeliveryRow.Ads} + e.key
        WHERE e.value > 0 AND a.removed_at IS NULL AND s.date >= ''
        """;

    /// <summary>The total of the ad <c>a</c> in <see cref="OfAds"/>, as SQL.</summary>
    public static readonly string Total = DeliveryRow.TotalOf("s.deliveries", "a.number");

    /// <summary>The totals of some ads <c>a</c>, as SQL behind FROM: <see cref="Total"/>; only of ads that were not removed.</summary>
    public static readonly string OfAds =
        $"ads a CROSS JOIN daily_deliveries s ON s.block = a.number / {DeliveryRow.Ads} WHERE a.removed_at IS NULL AND {Total} > 0";

    private static readonly string ListOfAd =
        $"SELECT date, process_number, deliveries FROM daily_deliveries WHERE block = ?1 / {DeliveryRow.Ads} AND {DeliveryRow.TotalOf("deliveries", "?1")} > 0 LIMIT ?2";

    /// <summary>Replaces totals, whole; doing it twice changes nothing.</summary>
    /// <param name="session">The writing connection.</param>
    /// <param name="process">The process's number.</param>
    /// <param name="totals">The totals, those of a day together and in the order of the ads' numbers: what is in one row is written once.</param>
    public static void Replace(SqliteSession session, long process, IReadOnlyList<(UtcDay Day, long Ad, long Total)> totals)
    {
        var row = new DeliveryRow();
        for (var next = 0; next < totals.Count;)
        {
            var (day, block) = (totals[next].Day, totals[next].Ad / DeliveryRow.Ads);
            Find(session, day, process, block, row);
            for (; next < totals.Count && totals[next].Day == day && totals[next].Ad / DeliveryRow.Ads == block; next++)
            {
                row.Put(totals[next].Ad, totals[next].Total);
            }

            Write(session, day, process, block, row);
        }
    }

    /// <summary>Takes back the totals of an ad; says of how many rows, at most so many as given.</summary>
    public static int Clear(SqliteSession session, long ad, int most)
    {
        using var select = session.Kept(ListOfAd);
        var rows = select.Put(ad).Put(most).Rows().Select(found => (Day: found.Day(0), Process: found.Int(1), Deliveries: found.Bytes(2).ToArray())).ToList();
        var row = new DeliveryRow();
        foreach (var (day, process, deliveries) in rows)
        {
            row.Load(deliveries);
            row.Put(ad, 0);
            Write(session, day, process, ad / DeliveryRow.Ads, row);
        }

        return rows.Count;
    }

    /// <summary>Puts the totals of schema 10, where each had a row, into rows of many.</summary>
    public static void TakeOver(SqliteSession session)
    {
        using (var select = session.Once("SELECT date, process_number, ad_number, deliveries FROM delivery_totals ORDER BY date, process_number, ad_number"))
        {
            var (row, key) = (new DeliveryRow(), default((UtcDay Day, long Process, long Block)?));
            foreach (var found in select.Rows())
            {
                var next = (found.Day(0), found.Int(1), found.Int(2) / DeliveryRow.Ads);
                if (key != next)
                {
                    WriteIfAny();
                    row.Clear();
                    key = next;
                }

                row.Put(found.Int(2), found.Int(3));
            }

            WriteIfAny();

            void WriteIfAny()
            {
                if (key is var (day, process, block))
                {
                    Write(session, day, process, block, row);
                }
            }
        }

        session.Execute("DROP TABLE delivery_totals");
    }

    private static void Find(SqliteSession session, UtcDay day, long process, long block, DeliveryRow row)
    {
        using var select = session.Kept("SELECT deliveries FROM daily_deliveries WHERE date = ? AND process_number = ? AND block = ?");
        var isThere = false;
        foreach (var found in select.Put(day).Put(process).Put(block).Rows())
        {
            row.Load(found.Bytes(0));
            isThere = true;
        }

        if (!isThere)
        {
            row.Clear();
        }
    }

    private static void Write(SqliteSession session, UtcDay day, long process, long block, DeliveryRow row)
    {
        using var insert = session.Kept(
            """
            INSERT INTO daily_deliveries (date, process_number, block, deliveries) VALUES (?, ?, ?, ?)
            ON CONFLICT (date, process_number, block) DO UPDATE SET deliveries = excluded.deliveries
            """);
        insert.Put(day).Put(process).Put(block).PutUtf8(row.Text).Run();
    }
}
