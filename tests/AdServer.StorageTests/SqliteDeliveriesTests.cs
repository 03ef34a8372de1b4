using System.Text;
using System.Text.Json;
using AdServer.Common;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Totals of deliveries, a hundred ads to a row: what a report says of each is what was put last.</summary>
public sealed class SqliteDeliveriesTests : IAsyncLifetime
{
    private readonly SqliteEngine engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(0, "{}")]
    [InlineData(2, "{\"0\":1,\"7\":2}")]
    [InlineData(10, "{\"0\":1,\"7\":2,\"14\":3,\"21\":4,\"28\":5,\"35\":6,\"42\":7,\"49\":8,\"56\":9,\"63\":10}")]
    public void A_row_of_few_ads_names_them(int ads, string text) => Assert.Equal(text, Encoding.UTF8.GetString(RowOf(ads).Write()));

    [Theory]
    [InlineData(11)]
    [InlineData(100)]
    public void A_row_of_more_ads_has_all_in_order_and_is_as_long_whatever_they_are(int ads)
    {
        var row = RowOf(ads);
        var expected = Enumerable.Range(0, DeliveryRow.Ads).Select(ad => row[ad]);

        Assert.Equal(expected, JsonSerializer.Deserialize<long[]>(row.Write()));
        Assert.Equal(2001, row.Write().Length);
        row[99] = row[98] = long.MaxValue;
        Assert.Equal(expected, JsonSerializer.Deserialize<long[]>(row.Write()));
        Assert.Equal(2001, row.Write().Length);
    }

    [Fact]
    public async Task A_row_reads_what_it_wrote_and_the_engine_reads_the_same()
    {
        foreach (var ads in Enumerable.Range(0, DeliveryRow.Ads + 1))
        {
            var row = RowOf(ads);
            row[DeliveryRow.Ads + 1] = long.MaxValue - ads;
            var text = Encoding.UTF8.GetString(row.Write());
            var read = new DeliveryRow { [50] = 12 };
            read.Load(row.Write());

            var (single, all) = await engine.Database.ReadAsync(
                session =>
                {
                    using var each = session.Once($"SELECT coalesce({DeliveryRow.TotalOf("?1", "?2")}, 0)");
                    using var every = session.Once("SELECT 0 + key, value FROM json_each(?) WHERE value > 0");
                    return (
                        Enumerable.Range(0, DeliveryRow.Ads).Select(ad => each.Put(text).Put(ad + (7L * DeliveryRow.Ads)).Rows().Select(found => found.Int(0)).Single()).ToList(),
                        every.Put(text).Rows().ToDictionary(found => found.Int(0), found => found.Int(1)));
                },
                Token);

            Assert.All(Enumerable.Range(0, DeliveryRow.Ads), ad => Assert.Equal((row[ad], row[ad], row[ad]), (read[ad], single[ad], all.GetValueOrDefault(ad))));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1,2,3]")]
    [InlineData("{\"100\":1}")]
    [InlineData("{\"-1\":1}")]
    [InlineData("{\"x\":1}")]
    [InlineData("{\"1\":1.5}")]
    [InlineData("{\"1\":\"1\"}")]
    [InlineData("{\"1\":1")]
    [InlineData("{\"1\":99999999999999999999}")]
    [InlineData("7")]
    public void What_no_row_ever_held_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => new DeliveryRow().Load(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Ads_of_several_rows_days_and_processes_are_each_counted_as_they_were_replaced_last()
    {
        var ads = Enumerable.Range(0, 350).Select(number => $"a{number:000}").ToArray();
        await engine.AddAdsAsync("p1", ads);
        var totals = new Dictionary<(string Process, string Ad, UtcDay Day), long>();
        var random = new Random(7);
        for (var flush = 0; flush < 40; flush++)
        {
            var process = $"process {random.Next(3)}";
            var some = Enumerable.Range(0, random.Next(1, 60)).Select(_ => (Ad: ads[random.Next(ads.Length)], Day: Today.AddDays(-random.Next(3))))
                .Distinct().Select(key => new DeliveryTotal(key.Ad, key.Day, totals.GetValueOrDefault((process, key.Ad, key.Day)) + random.Next(1, 100_000))).ToList();
            some.ForEach(one => totals[(process, one.AdId, one.Day)] = one.Deliveries);
            await engine.Serving.ReplaceDeliveriesAsync(process, some, [], Token);
        }

        Assert.Equal(Sums(totals, one => one.Ad), await ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad], Limit = 1000 }));
        // A sum over all is read another way than a page of ads.
        Assert.Equal(totals.Values.Sum(), (await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad], Limit = 10 }, Token)).Total.Deliveries);
        Assert.Equal(Sums(totals, one => one.Day.ToString()), await ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Day] }));
        Assert.Equal(Sums(totals, one => $"{one.Day} {one.Ad}"), await ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Day, StatsGroup.Ad], Limit = 2000 }));
        await AssertPagesAsync(totals.Values.Sum(), Sums(totals, one => $"{one.Day} {one.Ad}"), new StatsQuery { GroupBy = [StatsGroup.Day, StatsGroup.Ad] });
        await AssertPagesAsync(
            totals.Where(one => one.Key.Day >= Today.AddDays(-1)).Sum(one => one.Value),
            Sums(totals.Where(one => one.Key.Day >= Today.AddDays(-1)), one => $"{one.Day} {one.Ad}"),
            new StatsQuery { GroupBy = [StatsGroup.Day, StatsGroup.Ad], From = Today.AddDays(-1) });
        Assert.Equal(totals.OrderBy(one => one.Key.Ad, StringComparer.Ordinal).ThenBy(one => one.Key.Day).ThenBy(one => one.Key.Process, StringComparer.Ordinal), await CopyAsync(limit: 7));
        Assert.Equal(
            Sums(totals.Where(one => one.Key.Ad == "a100"), one => one.Day.ToString()), await ReadAsync(new StatsQuery { AdId = "a100", GroupBy = [StatsGroup.Day] }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Removed_ads_take_their_own_totals_along_slice_by_slice_and_no_others_of_their_rows(int slice)
    {
        var ads = Enumerable.Range(0, 120).Select(number => $"a{number:000}").ToArray();
        await engine.AddAdsAsync("p1", ads);
        string[] gone = ["a003", "a004", "a110", "a111"];
        foreach (var day in Enumerable.Range(0, 12))
        {
            // Rows of both forms: of the removed ads alone, and of others, too.
            await engine.Serving.ReplaceDeliveriesAsync("one", [.. gone.Select(ad => new DeliveryTotal(ad, Today.AddDays(-day), 5))], [], Token);
            await engine.Serving.ReplaceDeliveriesAsync("two", [.. ads.Select(ad => new DeliveryTotal(ad, Today.AddDays(-day), 3)).Take(day * 10)], [], Token);
        }

        var left = (await CopyAsync(1000)).Where(one => !gone.Contains(one.Key.Ad)).ToList();
        foreach (var ad in gone)
        {
            await engine.Catalog.RemoveAdAsync(ad, Noon, Token);
        }

        for (var rows = await CountOfAsync(gone); await engine.Sweep.SweepRemovedAsync(slice, Token); rows = await CountOfAsync(gone))
        {
            Assert.InRange(rows - await CountOfAsync(gone), 0, slice);
        }

        Assert.Equal(left, await CopyAsync(1000));
        Assert.All(await Task.WhenAll(gone.Select(engine.CountTracesAsync)), traces => Assert.Equal(0, traces));
        // Those of "two" on eleven days, of which the last two have a hundredth ad; of "one" nothing is left, not even the rows.
        Assert.Equal(11 + 2, await CountAsync());
        await engine.Serving.ReplaceDeliveriesAsync("two", [new("a003", Today, 9), new("a005", Today, 1)], [], Token);
        Assert.Equal(0, await engine.CountTracesAsync("a003"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(2000)]
    public async Task A_look_for_ads_goes_on_where_the_last_one_ended_whatever_it_reads_at_once(int reach)
    {
        var ads = Enumerable.Range(0, 220).Select(number => $"a{number:000}").ToArray();
        await engine.AddAdsAsync("p1", ads);
        foreach (var day in Enumerable.Range(0, 20))
        {
            await engine.Serving.ReplaceDeliveriesAsync("one", [.. ads.Where((_, number) => number % 9 != day % 9).Select(ad => new DeliveryTotal(ad, Today.AddDays(-day), 1))], [], Token);
        }

        // Numbers begin with 1: a009 is in the first block, a207 in the third.
        var (found, looks) = (new List<DeliveryPlace>(), 0);
        for (var sight = new DeliverySight([], DeliveryPlace.Start, IsEnd: false); !sight.IsEnd; looks++)
        {
            sight = await engine.Database.ReadAsync(session => SqliteDeliveries.Find(session, """["a009","a207"]""", sight.Reached, limit: 3, reach), Token);
            Assert.InRange(sight.Found.Count, 0, Math.Min(3, reach));
            found.AddRange(sight.Found);
        }

        var days = Enumerable.Range(0, 20).Where(day => day % 9 != 0).Select(day => $"{Today.AddDays(-day)}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal([.. days.Select(day => new DeliveryPlace(0, day, 1)), .. days.Select(day => new DeliveryPlace(2, day, 1))], found);
        Assert.InRange(looks, 40 / Math.Min(reach, 4), 41);
    }

    [Fact]
    public async Task A_file_of_the_tenth_schema_keeps_the_totals_of_all_rows()
    {
        var ads = Enumerable.Range(0, 250).Select(number => $"a{number:000}").ToArray();
        await engine.AddAdsAsync("p1", ads);
        var today = ads.Select((ad, number) => new DeliveryTotal(ad, Today, number + 1)).ToList();
        await engine.Serving.ReplaceDeliveriesAsync("one", [.. today, new("a199", Today.AddDays(-1), 4), new("a000", Today.AddDays(-2), 6)], [], Token);
        await engine.Serving.ReplaceDeliveriesAsync("two", [new("a000", Today, 1000), new("a249", Today, 1000)], [], Token);
        var before = await ReadRowsAsync();
        await engine.RunAsync(SqliteEngine.BackToTheTenthSchema);

        await engine.ReopenAsync();

        Assert.Equal(before, await ReadRowsAsync());
        Assert.Equal(7, before.Count);
        Assert.Equal(0, await engine.Database.ReadAsync(session => session.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'delivery_totals'"), Token));
    }

    [Theory]
    [InlineData("{\"1\":3,")]
    [InlineData("[1,2")]
    [InlineData("[1,2,3]")]
    public async Task A_row_that_is_none_is_said_to_be_damage(string text)
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.Serving.ReplaceDeliveriesAsync("one", [new("a1", Today, 3)], [], Token);
        await engine.RunAsync("UPDATE daily_deliveries SET deliveries = '" + text + "'");

        var flush = await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.Serving.ReplaceDeliveriesAsync("one", [new("a1", Today, 4)], [], Token));
        var report = await Assert.ThrowsAsync<StoreUnavailableException>(() => ReadAsync(new StatsQuery { AdId = "a1", GroupBy = [StatsGroup.Day] }));

        Assert.Equal($"The store is damaged: the row {Today}, 1, 0 of daily_deliveries cannot be read; a backup has it", flush.Message);
        Assert.Equal("The store is damaged (SQLite error 1)", report.Message);
    }

    /// <summary>A row in which so many ads have a total: the seventh ones first.</summary>
    private static DeliveryRow RowOf(int ads)
    {
        var row = new DeliveryRow();
        for (var number = 0; number < ads; number++)
        {
            // Seven and a hundred share no divisor: no two are one.
            row[number * 7] = number + 1;
        }

        return row;
    }

    /// <summary>Reads page by page: the pages join to the whole, and each has the total of all.</summary>
    private async Task AssertPagesAsync(long total, List<string> expected, StatsQuery query)
    {
        var all = new List<string>();
        for (var next = query with { Limit = 100 }; ;)
        {
            var page = await engine.Stats.ReadAsync(next, Token);
            Assert.Equal(total, page.Total.Deliveries);
            var rows = page.Rows.Take(100).ToList();
            all.AddRange(rows.Select(row => $"{row.Key.First} {row.Key.Second} {row.Measures.Deliveries}"));
            if (page.Rows.Count <= 100)
            {
                break;
            }

            next = next with { After = rows[^1].Key };
        }

        Assert.Equal(expected, all);
        // A place before the first day, as of another report, is as none.
        Assert.Equal(expected.Take(10), (await engine.Stats.ReadAsync(query with { After = new StatsKey("2000-01-01", "x"), Limit = 10 }, Token)).Rows.Take(10)
            .Select(row => $"{row.Key.First} {row.Key.Second} {row.Measures.Deliveries}"));
    }

    /// <summary>All totals as a copy reads them, so many at once.</summary>
    private async Task<List<KeyValuePair<(string Process, string Ad, UtcDay Day), long>>> CopyAsync(int limit)
    {
        var all = new List<KeyValuePair<(string, string, UtcDay), long>>();
        for (string[]? after = null; ;)
        {
            var page = await engine.Database.ReadAsync(session => SqliteCopyRows.ListDeliveries(session, after, limit), Token);
            if (page is not [.., var (process, last)])
            {
                return all;
            }

            all.AddRange(page.Select(one => KeyValuePair.Create((one.Process, one.Total.AdId, one.Total.Day), one.Total.Deliveries)));
            after = [last.AdId, $"{last.Day}", process];
        }
    }

    /// <summary>How many rows have totals of some ads.</summary>
    private Task<long> CountOfAsync(string[] ads) => engine.Database.ReadAsync(
        session => session.Number(
            $"""
            SELECT count(*) FROM daily_deliveries s WHERE EXISTS
                (SELECT 1 FROM json_each(s.deliveries) e JOIN ads a ON a.number = s.block * 100 + e.key WHERE e.value > 0 AND a.id IN ('{string.Join("','", ads)}'))
            """),
        Token);

    private Task<long> CountAsync() => engine.Database.ReadAsync(session => session.Number("SELECT count(*) FROM daily_deliveries"), Token);

    private static List<string> Sums(IEnumerable<KeyValuePair<(string Process, string Ad, UtcDay Day), long>> totals, Func<(string Process, string Ad, UtcDay Day), string> key) =>
        [.. totals.GroupBy(one => key(one.Key)).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Sum(one => one.Value)}")];

    private async Task<List<string>> ReadAsync(StatsQuery query) =>
        [.. (await engine.Stats.ReadAsync(query, Token)).Rows.Select(row => $"{row.Key.First} {row.Key.Second}".TrimEnd() + $" {row.Measures.Deliveries}")];

    private Task<List<string>> ReadRowsAsync() => engine.Database.ReadAsync(
        session =>
        {
            using var select = session.Once("SELECT date, process_number, block, deliveries FROM daily_deliveries ORDER BY 1, 2, 3");
            return select.Rows().Select(row => $"{row.Text(0)} {row.Int(1)} {row.Int(2)} {row.Text(3)}").ToList();
        },
        Token);
}
