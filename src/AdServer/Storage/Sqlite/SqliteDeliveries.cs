using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The statements on <c>daily_deliveries</c>: how often ads were handed out on a day by a process, a block of ads to a row (<see cref="DeliveryRow"/>). Each second of full load
/// brings totals of as many ads as it can: in a row each they would be most of what is written.
/// </summary>
internal static class SqliteDeliveries
{
    /// <summary>All totals, day by day, as SQL behind FROM: the ad <c>a</c> and its total <c>e.value</c>; only of ads that were not removed.</summary>
    public static readonly string All =
        $"""
        daily_deliveries s CROSS JOIN json_each(s.deliveries) e CROSS JOIN ads a ON a.number = s.block * {DeliveryRow.Ads} + e.key
        WHERE e.value > 0 AND a.removed_at IS NULL
        """;

    /// <summary>The total of the ad <c>a</c> in <see cref="OfAds"/>, as SQL.</summary>
    public static readonly string Total = DeliveryRow.TotalOf("s.deliveries", "a.number");

    /// <summary>The totals of some ads <c>a</c>, as SQL behind FROM: <see cref="Total"/>; only of ads that were not removed.</summary>
    public static readonly string OfAds =
        $"ads a CROSS JOIN daily_deliveries s ON s.block = a.number / {DeliveryRow.Ads} WHERE a.removed_at IS NULL AND {Total} > 0";

    private const string List =
        """
        SELECT date, process_number, deliveries FROM daily_deliveries WHERE block = ? AND (date, process_number) > (?, ?)
        ORDER BY date, process_number LIMIT ?
        """;

    /// <summary>Replaces totals, whole; doing it twice changes nothing.</summary>
    /// <param name="session">The writing connection.</param>
    /// <param name="process">The process's number.</param>
    /// <param name="totals">The totals, above 0, those of a day together and in the order of the ads' numbers: what is in one row is written once.</param>
    /// <exception cref="StoreUnavailableException">A row is damaged.</exception>
    public static void Replace(SqliteSession session, long process, IReadOnlyList<(UtcDay Day, long Ad, long Total)> totals)
    {
        var row = new DeliveryRow();
        for (var next = 0; next < totals.Count;)
        {
            var place = new DeliveryPlace(totals[next].Ad / DeliveryRow.Ads, totals[next].Day.ToString(), process);
            var day = totals[next].Day;
            Find(session, place, row);
            for (; next < totals.Count && totals[next].Day == day && totals[next].Ad / DeliveryRow.Ads == place.Block; next++)
            {
                row[totals[next].Ad] = totals[next].Total;
            }

            Write(session, place, row);
        }
    }

    /// <summary>The next rows after a place, block by block, that have totals of some ads (a JSON array of their identities).</summary>
    /// <param name="session">A connection.</param>
    /// <param name="ads">The ads.</param>
    /// <param name="after">The place.</param>
    /// <param name="limit">The most rows that are found.</param>
    /// <param name="reach">The most rows that are read; each takes up to 2 KB.</param>
    /// <exception cref="StoreUnavailableException">A row is damaged.</exception>
    public static DeliverySight Find(SqliteSession session, string ads, DeliveryPlace after, int limit, int reach = 2000)
    {
        using var select = session.Kept(List);
        var (row, found, looked) = (new DeliveryRow(), new List<DeliveryPlace>(), 0);
        foreach (var (block, numbers) in Blocks(session, ads).Where(block => block.Key >= after.Block).OrderBy(block => block.Key))
        {
            var (day, process) = block == after.Block ? (after.Day, after.Process) : (string.Empty, 0);
            foreach (var next in select.Put(block).Put(day).Put(process).Put(reach - looked).Rows())
            {
                looked++;
                var place = new DeliveryPlace(block, next.Text(0), next.Int(1));
                Load(row, place, next.Bytes(2));
                if (numbers.Exists(number => row[number] > 0))
                {
                    found.Add(place);
                }

                if (found.Count == limit || looked == reach)
                {
                    return new DeliverySight(found, place, IsEnd: false);
                }
            }
        }

        return new DeliverySight(found, DeliveryPlace.End, IsEnd: true);
    }

    /// <summary>Takes the totals of some ads (a JSON array of their identities) out of rows; a row that holds nothing else goes.</summary>
    public static void Clear(SqliteSession session, string ads, IEnumerable<DeliveryPlace> places)
    {
        using var delete = session.Kept("DELETE FROM daily_deliveries WHERE date = ? AND process_number = ? AND block = ?");
        var (blocks, row) = (Blocks(session, ads), new DeliveryRow());
        foreach (var place in places)
        {
            Find(session, place, row);
            blocks[place.Block].ForEach(number => row[number] = 0);
            if (row.IsEmpty)
            {
                delete.Put(place.Day).Put(place.Process).Put(place.Block).Run();
            }
            else
            {
                Write(session, place, row);
            }
        }
    }

    /// <summary>Puts the totals of schema 10, where each had a row, into rows of many.</summary>
    public static void TakeOver(SqliteSession session)
    {
        using (var select = session.Once("SELECT date, process_number, ad_number, deliveries FROM delivery_totals ORDER BY date, process_number, ad_number"))
        {
            var (row, place) = (new DeliveryRow(), default(DeliveryPlace));
            foreach (var next in select.Rows())
            {
                var own = new DeliveryPlace(next.Int(2) / DeliveryRow.Ads, next.Text(0), next.Int(1));
                if (own != place && !row.IsEmpty)
                {
                    Write(session, place, row);
                    row.Clear();
                }

                place = own;
                row[next.Int(2)] = next.Int(3);
            }

            if (!row.IsEmpty)
            {
                Write(session, place, row);
            }
        }

        session.Execute("DROP TABLE delivery_totals");
    }

    /// <summary>The numbers of ads by their blocks.</summary>
    private static Dictionary<long, List<long>> Blocks(SqliteSession session, string ads)
    {
        using var select = session.Kept("SELECT number FROM ads WHERE id IN (SELECT value FROM json_each(?))");
        return select.Put(ads).Rows().Select(row => row.Int(0)).GroupBy(number => number / DeliveryRow.Ads).ToDictionary(block => block.Key, block => block.ToList());
    }

    /// <summary>Reads a row; an empty one if there is none.</summary>
    private static void Find(SqliteSession session, DeliveryPlace place, DeliveryRow row)
    {
        using var select = session.Kept("SELECT deliveries FROM daily_deliveries WHERE date = ? AND process_number = ? AND block = ?");
        row.Clear();
        foreach (var found in select.Put(place.Day).Put(place.Process).Put(place.Block).Rows())
        {
            Load(row, place, found.Bytes(0));
        }
    }

    private static void Load(DeliveryRow row, DeliveryPlace place, ReadOnlySpan<byte> deliveries)
    {
        try
        {
            row.Load(deliveries);
        }
        catch (InvalidDataException damage)
        {
            throw new StoreUnavailableException(
                $"The store is damaged: the row {place.Day}, {place.Process}, {place.Block} of daily_deliveries cannot be read; a backup has it", damage);
        }
    }

    private static void Write(SqliteSession session, DeliveryPlace place, DeliveryRow row)
    {
        using var insert = session.Kept(
            """
            INSERT INTO daily_deliveries (date, process_number, block, deliveries) VALUES (?, ?, ?, ?)
            ON CONFLICT (date, process_number, block) DO UPDATE SET deliveries = excluded.deliveries
            """);
        insert.Put(place.Day).Put(place.Process).Put(place.Block).PutUtf8(row.Write()).Run();
    }
}
