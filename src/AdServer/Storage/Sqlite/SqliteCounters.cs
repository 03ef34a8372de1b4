using AdServer.Common;
using AdServer.Serving;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on <c>daily_deliveries</c> and <c>daily_requests</c>: running totals, replaced whole.</summary>
internal static class SqliteCounters
{
    public static void ReplaceDeliveries(SqliteSession session, string process, IReadOnlyList<DeliveryTotal> totals)
    {
        var ads = new SqliteLiveAds(session);
        using var replace = session.Kept(
            """
            INSERT INTO daily_deliveries (date, process_number, ad_number, deliveries) VALUES (?, ?, ?, ?)
            ON CONFLICT (date, process_number, ad_number) DO UPDATE SET deliveries = excluded.deliveries
            """);
        var number = NumberOf(session, process);
        var rows = new List<(UtcDay Day, long Ad, long Deliveries)>(totals.Count);
        foreach (var total in totals)
        {
            if (ads.NumberOf(total.AdId) is { } ad)
            {
                rows.Add((total.Day, ad, total.Deliveries));
            }
        }

        // In the order of their keys: neighbours share pages of the file.
        rows.Sort();
        foreach (var (day, ad, deliveries) in rows)
        {
            replace.Put(day).Put(number).Put(ad).Put(deliveries).Run();
        }
    }

    public static void ReplaceRequests(SqliteSession session, string process, IReadOnlyList<RequestTotal> totals)
    {
        var packages = new SqlitePackageNumbers(session);
        using var replace = session.Kept(
            """
            INSERT INTO daily_requests (date, process_number, package_number, requests, fills) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (date, process_number, package_number) DO UPDATE SET requests = excluded.requests, fills = excluded.fills
            """);
        var number = NumberOf(session, process);
        foreach (var (day, package, requests, fills) in totals.Select(total => (total.Day, packages.Of(total.Package), total.Requests, total.Fills)).Order())
        {
            replace.Put(day).Put(number).Put(package).Put(requests).Put(fills).Run();
        }
    }

    /// <summary>The small number of a process, which it gets if it has none.</summary>
    private static long NumberOf(SqliteSession session, string process)
    {
        using var insert = session.Kept("INSERT INTO processes (name) VALUES (?) ON CONFLICT DO NOTHING");
        insert.Put(process).Run();
        using var select = session.Kept("SELECT number FROM processes WHERE name = ?");
        return select.Put(process).Rows().Select(row => row.Int(0)).Single();
    }
}
