using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on the rows of single ads of a day, as <c>verify</c> and <c>rebuild</c> take them.</summary>
internal static class SqliteDayRows
{
    /// <summary>Which package rows a day has, from a place on.</summary>
    public const string PackageAdsOfDay =
        """
        SELECT ad_number, package_number, packages.name, ads.id
        FROM daily_package_stats CROSS JOIN packages ON packages.number = package_number CROSS JOIN ads ON ads.number = ad_number
        WHERE date = ? AND (ad_number, package_number) > (?, ?)
        ORDER BY ad_number, package_number LIMIT ?
        """;

    /// <summary>The package rows of an ad and a day.</summary>
    public const string PackageRowsOfAd =
        """
        SELECT views, clicks, skips, exits, watch_duration_sum, ads.performer_id, through, packages.name
        FROM ads CROSS JOIN daily_package_stats ON ad_number = ads.number CROSS JOIN packages ON packages.number = package_number
        WHERE ads.id = ? AND date = ?
        """;

    /// <summary>Which ads have a row, a revision or invalid traffic of a day, from one on.</summary>
    public const string AdsOfDay =
        """
        SELECT ad_id FROM daily_ad_stats WHERE date = ?1 AND ad_id > ?2
        UNION SELECT ad_id FROM daily_ad_revisions WHERE date = ?1 AND ad_id > ?2
        UNION SELECT ad_id FROM daily_invalid_stats WHERE date = ?1 AND ad_id > ?2 ORDER BY ad_id LIMIT ?3
        """;

    private const string Revisions =
        """
        SELECT views, clicks, skips, exits, watch_duration_sum, performer_id, through, revision
        FROM daily_ad_revisions WHERE ad_id = ? AND date = ?
        """;

    private const string AdRow =
        "SELECT views, clicks, skips, exits, watch_duration_sum, performer_id, through FROM daily_ad_stats WHERE ad_id = ? AND date = ?";

    /// <summary>Ads with a row, a revision or invalid traffic of the day, after one, in order.</summary>
    public static List<string> ListAds(SqliteSession session, UtcDay day, string after, int limit)
    {
        using var select = session.Kept(AdsOfDay);
        return [.. select.Put(day).Put(after).Put(limit).Rows().Select(row => row.Text(0))];
    }

    /// <summary>Packages and ads with a row of the day, after a place, in the order of the places.</summary>
    public static List<((long Ad, long Package) Place, string Package, string AdId)> ListPackageAds(
        SqliteSession session, UtcDay day, (long Ad, long Package) after, int limit)
    {
        using var select = session.Kept(PackageAdsOfDay);
        return
        [
            .. select.Put(day).Put(after.Ad).Put(after.Package).Put(limit).Rows()
                .Select(row => ((row.Int(0), row.Int(1)), row.Text(2), row.Text(3))),
        ];
    }

    /// <summary>The rows of some ads, as counts.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="day">The day.</param>
    /// <param name="ads">The ads.</param>
    /// <param name="last">The last applied roll.</param>
    /// <param name="ahead">Is told the ads of which a row says that it includes a roll after that.</param>
    public static RollUp Read(SqliteSession session, UtcDay day, IEnumerable<string> ads, long last, Action<string>? ahead = null)
    {
        var found = new RollUp();
        using var ad = session.Kept(AdRow);
        using var revisions = session.Kept(Revisions);
        using var packages = session.Kept(PackageRowsOfAd);
        foreach (var adId in ads)
        {
            var through = 0L;
            foreach (var row in ad.Put(adId).Put(day).Rows())
            {
                found.Add(new AdDay(adId, row.Text(5), day), SqliteDerived.ReadCounts(row, 0));
                through = Math.Max(through, row.Int(6));
            }

            foreach (var row in revisions.Put(adId).Put(day).Rows())
            {
                found.Add(new AdRevision(adId, row.Text(5), day, (int)row.Int(7)), SqliteDerived.ReadCounts(row, 0));
                through = Math.Max(through, row.Int(6));
            }

            foreach (var row in packages.Put(adId).Put(day).Rows())
            {
                found.Add(new PackageDay(adId, row.Text(5), row.Text(7), day), SqliteDerived.ReadCounts(row, 0));
                through = Math.Max(through, row.Int(6));
            }

            through = Math.Max(through, SqliteInvalid.Read(session, day, adId, found));
            if (through > last)
            {
                ahead?.Invoke(adId);
            }
        }

        return found;
    }

    /// <summary>Deletes the rows of some ads.</summary>
    public static void Remove(SqliteSession session, UtcDay day, IEnumerable<string> ads)
    {
        using var ad = session.Kept("DELETE FROM daily_ad_stats WHERE ad_id = ? AND date = ?");
        using var revisions = session.Kept("DELETE FROM daily_ad_revisions WHERE ad_id = ? AND date = ?");
        using var packages = session.Kept("DELETE FROM daily_package_stats WHERE ad_number = (SELECT number FROM ads WHERE id = ?) AND date = ?");
        using var invalid = session.Kept("DELETE FROM daily_invalid_stats WHERE ad_id = ? AND date = ?");
        foreach (var adId in ads)
        {
            ad.Put(adId).Put(day).Run();
            revisions.Put(adId).Put(day).Run();
            packages.Put(adId).Put(day).Run();
            invalid.Put(adId).Put(day).Run();
        }
    }

    /// <summary>The sums of the day: of the ads' rows, one by one, and as a report says them.</summary>
    public static DayTotals ReadTotals(SqliteSession session, UtcDay day)
    {
        var live = new SqliteLiveAds(session);
        var rows = default(DayCounts);
        using var select = session.Kept("SELECT views, clicks, skips, exits, watch_duration_sum, ad_id FROM daily_ad_stats WHERE date = ?");
        foreach (var row in select.Put(day).Rows().Where(row => live.Has(row.Text(5))))
        {
            rows += SqliteDerived.ReadCounts(row, 0);
        }

        var query = new StatsQuery { From = day, To = day };
        var byPackage = query with { GroupBy = [StatsGroup.Package] };
        return new DayTotals(
            SqliteRolls.LastApplied(session).Number,
            rows,
            new SqliteStatsQuery(session, query).ReadTotal().Events,
            new SqliteStatsQuery(session, byPackage).ReadTotal().Events);
    }
}
