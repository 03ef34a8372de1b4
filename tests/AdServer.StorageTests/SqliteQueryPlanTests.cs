using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Statistics are read through an index, whatever the size of the store.</summary>
public sealed class SqliteQueryPlanTests : IAsyncDisposable
{
    private readonly SqliteEngine engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task A_year_of_an_ad_is_one_range_of_the_primary_key()
    {
        var plan = await PlanAsync(new StatsQuery { AdId = "a1", From = Today.AddDays(-364), To = Today, GroupBy = [StatsGroup.Day] });

        Assert.Contains(plan, line => line.Contains("SEARCH s USING PRIMARY KEY (ad_id=? AND date>? AND date<?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => IsScan(line) || line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("p1", null, null)]
    [InlineData(null, "x", null)]
    [InlineData(null, null, "a1")]
    [InlineData("p1", null, null, true)]
    [InlineData(null, "x", null, true)]
    [InlineData(null, null, "a1", true)]
    public async Task A_performer_a_package_and_an_ad_are_searched_for(string? performer, string? package, string? ad, bool isNet = false)
    {
        var query = new StatsQuery
        {
            PerformerId = performer,
            PackageName = package,
            AdId = ad,
            From = Today,
            To = Today,
            GroupBy = [StatsGroup.Day],
            Traffic = isNet ? TrafficChoice.Net : TrafficChoice.Gross,
        };

        Assert.DoesNotContain(await PlanAsync(query), IsScan);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_of_all_packages_is_read_in_their_order_and_not_sorted(bool isByDay)
    {
        IReadOnlyList<StatsGroup> groups = isByDay ? [StatsGroup.Package, StatsGroup.Day] : [StatsGroup.Package];
        var plan = await PlanAsync(new StatsQuery { From = Today.AddDays(-30), To = Today, GroupBy = groups, After = new StatsKey("x", string.Empty) });

        // The few rows of requests come after them, and are sorted.
        Assert.Equal("SEARCH s USING INDEX daily_package_stats_by_package (package_number=? AND date>? AND date<?)", plan[1]);
        Assert.StartsWith("SEARCH a ", plan[2], StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_deliveries_requests_and_rows_by_package_are_read_as_they_lie()
    {
        var all = await PlanAsync(new StatsQuery());
        var byPackage = await PlanAsync(new StatsQuery { GroupBy = [StatsGroup.Day, StatsGroup.Package] });

        Assert.Equal(1, all.Count(line => line == "SEARCH s USING PRIMARY KEY (date>?)"));
        Assert.Equal(1, all.Count(line => line == "SEARCH s USING INDEX sqlite_autoindex_daily_deliveries_1 (date>?)"));
        Assert.Equal(2, byPackage.Count(line => line == "SEARCH s USING PRIMARY KEY (date>?)"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_report_of_late_days_begins_with_the_first_of_them_and_a_further_page_with_its_own(bool isByPackage, bool isFurtherPage)
    {
        var query = new StatsQuery
        {
            From = Today.AddDays(-9),
            To = Today,
            GroupBy = isByPackage ? [StatsGroup.Day, StatsGroup.Package] : [StatsGroup.Day],
            After = isFurtherPage ? new StatsKey($"{Today.AddDays(-1)}", "x") : null,
        };
        var texts = await engine.Database.ReadAsync(session => new SqliteStatsQuery(session, query).PageTexts.ToList(), Token);
        var plan = await PlanAsync(query);

        // Of two lower bounds the engine takes one, and the other one is asked of each row from there on.
        Assert.All(texts, text => Assert.Equal(isFurtherPage ? 1 : 2, text.Split("date >= ").Length));
        Assert.Equal(isByPackage ? 2 : 1, plan.Count(line => line == "SEARCH s USING PRIMARY KEY (date>? AND date<?)"));
        Assert.Equal(!isByPackage, plan.Contains("SEARCH s USING INDEX sqlite_autoindex_daily_deliveries_1 (date>? AND date<?)"));
        Assert.DoesNotContain(plan, line => line.StartsWith("SCAN s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_further_page_of_days_and_ads_begins_at_its_place()
    {
        var plan = await PlanAsync(new StatsQuery { GroupBy = [StatsGroup.Day, StatsGroup.Ad], After = new StatsKey($"{Today}", "x") });

        Assert.Contains("SEARCH s USING INDEX daily_ad_stats_by_date ((date,ad_id)>(?,?))", plan);
    }

    [Fact]
    public async Task Deliveries_of_an_ad_are_a_range_of_its_blocks_days()
    {
        var plan = await PlanAsync(new StatsQuery { AdId = "a1", From = Today.AddDays(-30), To = Today, GroupBy = [StatsGroup.Day] });

        Assert.Contains("SEARCH s USING INDEX daily_deliveries_by_block (block=? AND date>? AND date<?)", plan);
        Assert.DoesNotContain(plan, IsScan);
    }

    [Theory]
    [InlineData("p1", null)]
    [InlineData(null, "a1")]
    public async Task A_package_of_an_ad_or_a_performer_is_looked_up_day_by_day(string? performer, string? ad)
    {
        var plan = await PlanAsync(new StatsQuery { PerformerId = performer, AdId = ad, PackageName = "x", From = Today, To = Today, GroupBy = [StatsGroup.Day] });

        Assert.Contains("SEARCH s USING PRIMARY KEY (date=? AND ad_number=? AND package_number=?)", plan);
        Assert.DoesNotContain(plan, IsScan);
    }

    [Fact]
    public async Task A_year_of_an_ads_invalid_traffic_is_one_range_of_an_index()
    {
        var plan = await PlanAsync(new StatsQuery { AdId = "a1", From = Today.AddDays(-364), To = Today, GroupBy = [StatsGroup.Day], Traffic = TrafficChoice.Net });

        Assert.Contains(plan, line => line.Contains("SEARCH s USING INDEX daily_invalid_stats_by_ad (ad_id=? AND date>? AND date<?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => IsScan(line) || line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_tail_is_read_from_its_position_on_whatever_the_days()
    {
        var query = new StatsQuery { AdId = "a1", From = Today.AddDays(-364), To = Today };

        var plan = await engine.Database.ReadAsync(session => Explain(session, new SqliteStatsQuery(session, query).TailText(after: 5)), Token);

        Assert.Equal(["SEARCH s USING INTEGER PRIMARY KEY (rowid>?)"], plan);
    }

    [Fact]
    public async Task A_page_of_a_days_ledger_is_read_from_its_place_on_and_each_ad_is_searched_for()
    {
        var (ads, names, rows) = await engine.Database.ReadAsync(
            session => (Explain(session, SqliteDayRows.AdsOfDay), Explain(session, SqliteDayRows.PackageAdsOfDay), Explain(session, SqliteDayRows.PackageRowsOfAd)),
            Token);

        Assert.DoesNotContain(ads, line => IsScan(line) || line.Contains("TEMP B-TREE", StringComparison.Ordinal));

        Assert.DoesNotContain(rows, IsScan);
        Assert.Contains("SEARCH daily_package_stats USING PRIMARY KEY (date=? AND ad_number=?)", rows);
        Assert.Equal("SEARCH daily_package_stats USING PRIMARY KEY (date=? AND (ad_number,package_number)>(?,?))", names[0]);
        Assert.DoesNotContain(names, line => IsScan(line) || line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_too_old_is_searched_for_by_its_day()
    {
        var plans = await engine.Database.ReadAsync(
            session => new[] { SqliteRetentionStore.OldEvents, SqliteRetentionStore.OldIds, SqlitePackageAds.RowPairsBefore }
                .SelectMany(sql => Explain(session, sql)).ToList(),
            Token);

        Assert.Equal(5, plans.Count);
        Assert.All(plans, line => Assert.StartsWith("SEARCH ", line, StringComparison.Ordinal));
    }

    /// <summary>The index of removed ads that wait to be swept is read whole, once: it holds nothing else and is nearly always empty.</summary>
    private static bool IsScan(string line) =>
        line.Contains("SCAN", StringComparison.Ordinal) && line != "SCAN ads USING INDEX ads_to_sweep";

    private Task<List<string>> PlanAsync(StatsQuery query) => engine.Database.ReadAsync(
        session => new SqliteStatsQuery(session, query).PageTexts.SelectMany(text => Explain(session, text)).ToList(), Token);

    private static List<string> Explain(SqliteSession session, string text)
    {
        using var statement = session.Once($"EXPLAIN QUERY PLAN {text}");
        return [.. statement.Rows().Select(row => row.Text(3))];
    }
}
