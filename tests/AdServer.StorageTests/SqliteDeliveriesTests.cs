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

    [Fact]
    public void A_row_is_a_json_array_of_what_was_put()
    {
        var (row, expected) = (new DeliveryRow(), new long[DeliveryRow.Ads]);
        foreach (var (ad, total) in ((int, long)[])[(0, 1), (99, long.MaxValue), (50, 123), (7, 12), (7, 3), (98, 0)])
        {
            row.Put(ad, total);
            expected[ad] = total;
        }

        row.Put(DeliveryRow.Ads + 8, 5);
        expected[8] = 5;

        Assert.Equal(expected, JsonSerializer.Deserialize<long[]>(row.Text));
        // Whatever it holds it takes the same room: a row is found by its place, and changed in place.
        Assert.Equal(new DeliveryRow().Text.Length, row.Text.Length);
        row.Clear();
        Assert.All(JsonSerializer.Deserialize<long[]>(row.Text)!, total => Assert.Equal(0, total));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(12_345)]
    public async Task The_engine_finds_a_total_by_its_place(long ad)
    {
        var row = new DeliveryRow();
        row.Put(ad - 1 + DeliveryRow.Ads, 1);
        row.Put(ad, long.MaxValue);
        row.Put(ad + 1, 2);

        var found = await engine.Database.ReadAsync(
            session => session.Number($"SELECT {DeliveryRow.TotalOf($"'{Encoding.UTF8.GetString(row.Text)}'", $"{ad}")}"), Token);

        Assert.Equal(long.MaxValue, found);
    }

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
        Assert.Equal(Sums(totals, one => one.Day.ToString()), await ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Day] }));
        Assert.Equal(Sums(totals, one => $"{one.Day} {one.Ad}"), await ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Day, StatsGroup.Ad], Limit = 2000 }));
        Assert.Equal(
            Sums(totals.Where(one => one.Key.Ad == "a100"), one => one.Day.ToString()), await ReadAsync(new StatsQuery { AdId = "a100", GroupBy = [StatsGroup.Day] }));
    }

    [Fact]
    public async Task A_removed_ad_takes_its_own_totals_along_and_no_others_of_its_row()
    {
        await engine.AddAdsAsync("p1", "a1", "gone", "a2");
        await engine.Serving.ReplaceDeliveriesAsync("one", [new("a1", Today, 3), new("gone", Today, 5), new("a2", Today, 7), new("gone", Today.AddDays(-1), 1)], [], Token);
        await engine.Serving.ReplaceDeliveriesAsync("two", [new("gone", Today, 2)], [], Token);

        await engine.Catalog.RemoveAdAsync("gone", Noon, Token);
        Assert.Equal(3, await engine.CountTracesAsync("gone"));
        await engine.SweepAllAsync();

        Assert.Equal(0, await engine.CountTracesAsync("gone"));
        Assert.Equal(["a1 3", "a2 7"], await ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad] }));
        await engine.Serving.ReplaceDeliveriesAsync("two", [new("gone", Today, 9), new("a2", Today, 1)], [], Token);
        Assert.Equal(0, await engine.CountTracesAsync("gone"));
        Assert.Equal(["a1 3", "a2 8"], await ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad] }));
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

    [Fact]
    public async Task A_row_that_is_none_is_said_to_be_damage()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.Serving.ReplaceDeliveriesAsync("one", [new("a1", Today, 3)], [], Token);
        await engine.RunAsync("UPDATE daily_deliveries SET deliveries = '[1,2,3]'");

        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.Serving.ReplaceDeliveriesAsync("one", [new("a1", Today, 4)], [], Token));

        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
    }

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
