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
            INSERT INTO daily_deliveries (ad_id, date, process, deliveries) VALUES (?, ?, ?, ?)
            ON CONFLICT (ad_id, date, process) DO UPDATE SET deliveries = excluded.deliveries
            """);
        foreach (var total in totals.Where(total => ads.Has(total.AdId)))
        {
            replace.Put(total.AdId).Put(total.Day).Put(process).Put(total.Deliveries).Run();
        }
    }

    public static void ReplaceRequests(SqliteSession session, string process, IReadOnlyList<RequestTotal> totals)
    {
        var packages = new SqlitePackageNumbers(session);
        using var replace = session.Kept(
            """
            INSERT INTO daily_requests (package_name, date, process, requests, fills) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (package_name, date, process) DO UPDATE SET requests = excluded.requests, fills = excluded.fills
            """);
        foreach (var total in totals)
        {
            packages.Count(total.Package);
            replace.Put(total.Package).Put(total.Day).Put(process).Put(total.Requests).Put(total.Fills).Run();
        }
    }
}
