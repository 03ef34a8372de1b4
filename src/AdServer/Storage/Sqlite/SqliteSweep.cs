using System.Text.Json;
using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Deletes what removed ads left behind (law 6), a bounded slice at a time: first events with their bucket entries, then rows, and the ad
/// counts as swept in the transaction that finds nothing more. The place in the journal is only remembered: after a start it begins anew.
/// </summary>
internal sealed class SqliteSweep(ISqliteTransactions database)
{
    private const int MostAds = 100;

    /// <summary>Positions that one read looks at; without an index by ad, which each append would pay for.</summary>
    private const int Reach = 100_000;

    /// <summary>Rows of one transaction that are other ads', too: each is read and written whole.</summary>
    private const int MostSharedRows = 200;

    private const string TheseAds = "IN (SELECT value FROM json_each(?))";

    private static readonly string[] RowDeletions =
    [
        $"""
        DELETE FROM daily_ad_revisions WHERE (ad_id, date, revision) IN
            (SELECT ad_id, date, revision FROM daily_ad_revisions WHERE ad_id {TheseAds} LIMIT ?)
        """,
        $"""
        DELETE FROM daily_invalid_stats WHERE (package_name, date, ad_id, flaw) IN
            (SELECT package_name, date, ad_id, flaw FROM daily_invalid_stats WHERE ad_id {TheseAds} LIMIT ?)
        """,
    ];

    private Scan? current;

    /// <summary>Deletes a slice; says whether there may be more.</summary>
    public async Task<bool> SliceAsync(int slice, CancellationToken cancellation)
    {
        var scan = current ?? await database.ReadAsync(Begin, cancellation);
        if (scan.Ads.Count == 0)
        {
            return false;
        }

        var look = await database.ReadAsync(session => Look(session, scan, slice), cancellation);
        if (look.Found.Count > 0)
        {
            var last = await database.WriteAsync(SqliteLane.Background, session => DeleteEvents(session, scan, look.Found), cancellation);
            current = scan with { Position = last };
        }
        else if (!look.IsEnd)
        {
            current = scan with { Position = look.Reached };
        }
        else
        {
            current = await SweepRowsAsync(scan with { Position = look.Reached }, slice, cancellation);
        }

        return true;
    }

    /// <summary>Deletes a slice of what is no event; nothing is left of the ads if there is nothing to go on with.</summary>
    private async Task<Scan?> SweepRowsAsync(Scan scan, int slice, CancellationToken cancellation)
    {
        // A removed ad is never added again, so nothing comes before the place.
        if (await SweepPairsAsync(SqlitePairSets.Seen, scan, scan.Seen, slice, cancellation) is { } seen)
        {
            return scan with { Seen = seen };
        }

        if (await SweepPairsAsync(SqlitePairSets.Delivered, scan, scan.Delivered, slice, cancellation) is { } delivered)
        {
            return scan with { Seen = long.MaxValue, Delivered = delivered };
        }

        if (await SweepDeliveriesAsync(scan, slice, cancellation) is { } deliveries)
        {
            return scan with { Seen = long.MaxValue, Delivered = long.MaxValue, Deliveries = deliveries };
        }

        var rest = scan with { Seen = long.MaxValue, Delivered = long.MaxValue, Deliveries = DeliveryPlace.End };
        return await database.WriteAsync(SqliteLane.Background, session => Finish(session, rest, slice), cancellation) ? null : rest;
    }

    /// <summary>Deletes pairs after a place; says where to go on, if there may be more. Looked for outside of the writer: most rows have none of these ads.</summary>
    private async Task<long?> SweepPairsAsync(SqlitePairSets sets, Scan scan, long after, int slice, CancellationToken cancellation)
    {
        if (after == long.MaxValue)
        {
            return null;
        }

        var look = await database.ReadAsync(session => sets.Find(session, scan.Json, after, Math.Min(slice, MostSharedRows)), cancellation);
        if (look.Found.Count > 0)
        {
            await database.WriteAsync(
                SqliteLane.Background,
                session =>
                {
                    sets.Clear(session, look.Found);
                    return true;
                },
                cancellation);
        }

        return look is { Found.Count: 0, IsEnd: true } ? null : look.Reached;
    }

    /// <summary>The same of totals of deliveries, whose rows are other ads', too.</summary>
    private async Task<DeliveryPlace?> SweepDeliveriesAsync(Scan scan, int slice, CancellationToken cancellation)
    {
        if (scan.Deliveries == DeliveryPlace.End)
        {
            return null;
        }

        var look = await database.ReadAsync(session => SqliteDeliveries.Find(session, scan.Json, scan.Deliveries, Math.Min(slice, MostSharedRows)), cancellation);
        if (look.Found.Count > 0)
        {
            await database.WriteAsync(
                SqliteLane.Background,
                session =>
                {
                    SqliteDeliveries.Clear(session, scan.Json, look.Found);
                    return true;
                },
                cancellation);
        }

        return look is { Found.Count: 0, IsEnd: true } ? null : look.Reached;
    }

    /// <summary>Has ads swept again that were swept before an event of theirs was rolled.</summary>
    public static void Reopen(SqliteSession session, IEnumerable<string> adIds)
    {
        using var update = session.Kept("UPDATE ads SET swept = 0 WHERE id = ? AND removed_at IS NOT NULL AND swept = 1");
        foreach (var id in adIds)
        {
            update.Put(id).Run();
        }
    }

    private static Scan Begin(SqliteSession session)
    {
        using var select = session.Kept("SELECT id FROM ads WHERE removed_at IS NOT NULL AND swept = 0 ORDER BY id LIMIT ?");
        return new Scan(select.Put(MostAds).Rows().Select(row => row.Text(0)).ToHashSet(), 0);
    }

    /// <summary>The next events of the ads within reach. Only what is rolled up may be deleted.</summary>
    private static Sight Look(SqliteSession session, Scan scan, int slice)
    {
        var end = SqliteRolls.LastApplied(session).Last;
        var reached = Math.Min(scan.Position + Reach, end);
        using var select = session.Kept($"SELECT seq, day FROM ad_events WHERE seq > ? AND seq <= ? AND ad_id {TheseAds} ORDER BY seq LIMIT ?");
        var found = select.Put(scan.Position).Put(reached).Put(scan.Json).Put(slice).Rows().Select(row => (row.Int(0), row.Day(1)));
        return new Sight([.. found], Math.Max(reached, scan.Position), reached >= end);
    }

    /// <summary>Deletes events and their bucket entries together; says up to which position.</summary>
    private static long DeleteEvents(SqliteSession session, Scan scan, IReadOnlyList<(long Seq, UtcDay Day)> found)
    {
        var rewrites = new SqliteRewrites(session);
        var last = scan.Position;
        // What is in no applied roll stays: SqliteTail relies on it.
        using var delete = session.Kept("DELETE FROM ad_events WHERE seq = ?");
        foreach (var (seq, day) in found)
        {
            if (rewrites.Fit(seq) is not { } roll)
            {
                break;
            }

            rewrites.Note(day, roll);
            delete.Put(seq).Run();
            last = seq;
        }

        foreach (var bucket in rewrites.Buckets)
        {
            SqliteBuckets.Sweep(session, bucket.Day, bucket.Roll, scan.Ads);
        }

        return last;
    }

    /// <summary>Deletes rows; with nothing left, not even events that were rolled since the look, the ads are swept.</summary>
    private static bool Finish(SqliteSession session, Scan scan, int slice)
    {
        if (Look(session, scan, 1) is { Found.Count: > 0 } or { IsEnd: false })
        {
            return false;
        }

        var left = DeleteDays(session, scan, slice);
        foreach (var deletion in RowDeletions)
        {
            using var delete = session.Kept(deletion);
            left -= delete.Put(scan.Json).Put(left).Run();
        }

        if (left == 0)
        {
            return false;
        }

        using var update = session.Kept($"UPDATE ads SET swept = 1 WHERE id {TheseAds}");
        update.Put(scan.Json).Run();
        return true;
    }

    /// <summary>Deletes rows day by day: those by package first, since the ad's own row tells that there are any. Says how many more may be deleted.</summary>
    private static int DeleteDays(SqliteSession session, Scan scan, int slice)
    {
        using var select = session.Kept(
            $"SELECT a.id, a.number, d.date FROM ads a CROSS JOIN daily_ad_stats d ON d.ad_id = a.id WHERE a.id {TheseAds} LIMIT ?");
        using var packages = session.Kept(
            """
            DELETE FROM daily_package_stats WHERE date = ?1 AND ad_number = ?2 AND package_number IN
                (SELECT package_number FROM daily_package_stats WHERE date = ?1 AND ad_number = ?2 LIMIT ?3)
            """);
        using var ad = session.Kept("DELETE FROM daily_ad_stats WHERE ad_id = ? AND date = ?");
        var left = slice;
        foreach (var (id, number, day) in select.Put(scan.Json).Put(slice).Rows().Select(row => (row.Text(0), row.Int(1), row.Text(2))).ToList())
        {
            left -= packages.Put(day).Put(number).Put(left).Run();
            if (left == 0)
            {
                break;
            }

            left -= ad.Put(id).Put(day).Run();
        }

        return left;
    }

    /// <summary>Some removed ads, and the position up to which no event of theirs is left.</summary>
    private sealed record Scan(IReadOnlySet<string> Ads, long Position)
    {
        /// <summary>The place up to which no pairs that had an event are theirs.</summary>
        public long Seen { get; init; } = -1;

        /// <summary>The same of pairs that were delivered.</summary>
        public long Delivered { get; init; } = -1;

        /// <summary>The same of totals of deliveries.</summary>
        public DeliveryPlace Deliveries { get; init; } = DeliveryPlace.Start;

        public string Json { get; } = JsonSerializer.Serialize(Ads);
    }

    /// <summary>What a look at the journal found, how far it saw, and whether that is the end of what is rolled up.</summary>
    private sealed record Sight(IReadOnlyList<(long Seq, UtcDay Day)> Found, long Reached, bool IsEnd);
}
