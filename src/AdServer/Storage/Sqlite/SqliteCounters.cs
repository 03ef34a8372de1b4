using AdServer.Common;
using AdServer.Serving;

namespace AdServer.Storage.Sqlite;

/// <summary>Running totals in <c>daily_deliveries</c> and <c>daily_requests</c>, replaced whole.</summary>
internal static class SqliteCounters
{
    private static readonly SqliteInsertion Requests = new(
        "daily_requests",
        "date, process_number, package_number, requests, fills",
        "ON CONFLICT (date, process_number, package_number) DO UPDATE SET requests = excluded.requests, fills = excluded.fills");

    public static void ReplaceDeliveries(SqliteSession session, string process, IReadOnlyList<DeliveryTotal> totals)
    {
        var ads = new SqliteLiveAds(session);
        var rows = new List<(UtcDay Day, long Ad, long Total)>(totals.Count);
        foreach (var total in totals)
        {
            if (ads.NumberOf(total.AdId) is { } ad)
            {
                rows.Add((total.Day, ad, total.Deliveries));
            }
        }

        rows.Sort();
        SqliteDeliveries.Replace(session, NumberOf(session, process), rows);
    }

    public static void ReplaceRequests(SqliteSession session, string process, IReadOnlyList<RequestTotal> totals)
    {
        var packages = new SqlitePackageNumbers(session);
        var rows = totals.Select(total => (total.Day, Package: packages.Of(total.Package), total.Requests, total.Fills)).ToArray();
        Array.Sort(rows);
        var number = NumberOf(session, process);
        Requests.Run<(UtcDay Day, long Package, long Requests, long Fills)>(
            session, rows, (replace, row) => replace.Put(row.Day).Put(number).Put(row.Package).Put(row.Requests).Put(row.Fills));
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
