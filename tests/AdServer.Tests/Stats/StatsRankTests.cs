using System.Text.Json;
using AdServer.Common;
using AdServer.Serving;
using AdServer.Tests.Access;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>GET <c>/stats</c> with <c>sort</c>, the first rows by a count, and with <c>names</c>: on rows, on the tail, and on both together.</summary>
public sealed class StatsRankTests(StatsScene scene) : IClassFixture<StatsScene>
{
    private static readonly string[] Counts = ["events", "views", "clicks", "skips", "exits", "watchDuration"];
    private static readonly string[] Keys = ["adId", "performerId", "packageName", "date"];

    public static TheoryData<string, string> Reports =>
        [.. from groups in (string[])["ad", "performer", "package", "day", "ad,package", "package,day"]
            from more in (string[])["", "&traffic=net", "&from=2026-11-20", "&packageName=com.example.a"]
            select new TheoryDataRow<string, string>(groups, more)];

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task The_first_rows_are_those_of_the_whole_report_sorted(string groups, string more)
    {
        var whole = await scene.RowsAsync($"groupBy={groups}{more}");
        Assert.NotEmpty(whole);
        foreach (var count in Counts)
        {
            foreach (var limit in (int[])[1, 3, 1000])
            {
                var (highest, lowest) = (await TopAsync($"-{count}", limit), await TopAsync(count, limit));

                Assert.Equal(Texts(whole.OrderByDescending(row => row.Number(count)).Take(limit)), Texts(highest));
                Assert.Equal(Texts(whole.OrderBy(row => row.Number(count)).Take(limit)), Texts(lowest));
            }
        }

        async Task<IEnumerable<JsonElement>> TopAsync(string sort, int limit)
        {
            var report = await scene.Portal.ReadAsync($"/stats?groupBy={groups}{more}&sort={sort}&limit={limit}");
            Assert.Equal(JsonValueKind.Null, report.GetProperty("nextCursor").ValueKind);
            Assert.Equal(whole.Sum(row => row.Number("events")), report.GetProperty("totals").Number("events"));
            return report.GetProperty("rows").EnumerateArray();
        }
    }

    [Fact]
    public async Task Deliveries_requests_fills_and_those_without_are_sorted_where_rows_have_them_whatever_had_an_event()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var ads = await portal.AddAdsAsync(3);
        var day = UtcDay.Of(host.Clock.GetUtcNow());
        await new Sdk(host, "b").ReportsAsync(ads[0]);
        await host.Get<IServingStore>().ReplaceDeliveriesAsync(
            "one",
            [new DeliveryTotal(ads[1], day, 5), new DeliveryTotal(ads[2], day, 7)],
            [new RequestTotal("a", day, 9, 1), new RequestTotal("c", day, 8, 7)],
            TestContext.Current.CancellationToken);

        Assert.Equal([ads[2], ads[1], ads[0]], await KeysAsync("groupBy=ad&sort=-deliveries", "adId"));
        Assert.Equal([ads[0], ads[1]], await KeysAsync("groupBy=ad&sort=deliveries&limit=2", "adId"));
        Assert.Equal(["a", "c", "b"], await KeysAsync("groupBy=package&sort=-requests", "packageName"));
        Assert.Equal(["c", "a", "b"], await KeysAsync("groupBy=package&sort=-fills", "packageName"));
        Assert.Equal(["a"], await KeysAsync("groupBy=package&sort=-NoFills&limit=1", "packageName"));

        async Task<IEnumerable<string>> KeysAsync(string query, string key) =>
            (await portal.ReadAsync($"/stats?{query}")).GetProperty("rows").EnumerateArray().Select(row => row.Text(key));
    }

    [Theory]
    [InlineData("groupBy=ad&sort=colour", "Invalid sort: events, views, clicks, skips, exits, watchDuration, deliveries; with - before it descending")]
    [InlineData("groupBy=ad&sort=-requests", "Invalid sort: events, views, clicks, skips, exits, watchDuration, deliveries; with - before it descending")]
    [InlineData("groupBy=package&sort=-", "Invalid sort: events, views, clicks, skips, exits, watchDuration, requests, fills, noFills; with - before it descending")]
    [InlineData("groupBy=ad,package&sort=deliveries", "Invalid sort: events, views, clicks, skips, exits, watchDuration; with - before it descending")]
    [InlineData("sort=-views", "Invalid sort: only with groupBy, and not with groupBy=eventType")]
    [InlineData("groupBy=ad,eventType&sort=-views", "Invalid sort: only with groupBy, and not with groupBy=eventType")]
    [InlineData("groupBy=ad&sort=-views&cursor=YQpi", "Invalid cursor: not with sort, which gives the first rows alone")]
    [InlineData("groupBy=ad&sort=-views&limit=1001", "Invalid limit: 1 to 1000")]
    [InlineData("groupBy=ad&names=perhaps", "Invalid names: true or false")]
    public async Task What_cannot_be_sorted_is_a_400_that_says_what_can(string query, string error) =>
        (await scene.Host.GetAsync($"/stats?{query}")).IsError(400, error);

    [Fact]
    public async Task More_rows_than_are_sorted_are_refused_and_filtered_ones_are_not()
    {
        await using var host = await AdServerHost.StartAsync(new Dictionary<string, string?> { ["Stats:MaxSortedRows"] = "2" });
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var ads = await portal.AddAdsAsync(3);
        await new Sdk(host).ReportsAllAsync(ads.Select(ad => new Sdk(host).Event(ad)));

        (await host.GetAsync("/stats?groupBy=ad&sort=-views&limit=1")).IsError(400, "Invalid sort: there are more than 2 rows; filter them, or group by less");
        Assert.Equal(1, (await portal.ReadAsync($"/stats?groupBy=ad&sort=-views&adId={ads[1]}")).GetProperty("rows").GetArrayLength());
        Assert.Equal(3, (await portal.ReadAsync("/stats?groupBy=ad")).GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public async Task With_names_rows_say_what_ads_and_performers_are_called_now()
    {
        var names = (await scene.Portal.ReadAsync("/ads")).EnumerateArray().ToDictionary(ad => ad.Text("_id"), ad => ad.Text("name"));
        var performers = (await scene.Portal.ReadAsync("/performers")).EnumerateArray().ToDictionary(one => one.Text("_id"), one => one.Text("name"));

        var rows = (await scene.Portal.ReadAsync("/stats?groupBy=ad,performer&sort=-views&names=true")).GetProperty("rows").EnumerateArray().ToList();
        var plain = (await scene.Portal.ReadAsync("/stats?groupBy=ad,performer&sort=-views")).GetProperty("rows").EnumerateArray().ToList();
        var csv = (await scene.Host.GetAsync("/stats?groupBy=performer&names=true&format=csv")).Text.Split('\n', StringSplitOptions.TrimEntries);

        Assert.Equal(rows.Select(row => names[row.Text("adId")]), rows.Select(row => row.Text("adName")));
        Assert.Equal(rows.Select(row => performers[row.Text("performerId")]), rows.Select(row => row.Text("performerName")));
        Assert.Equal(rows[0].Members().Except(["adName", "performerName"]), plain[0].Members());
        Assert.StartsWith("performerId,performerName,events,", csv[0], StringComparison.Ordinal);
        Assert.Contains(csv[1].Split(',')[1], performers.Values);
    }

    [Fact]
    public async Task An_advertiser_sorts_its_own_rows_by_what_they_have()
    {
        await using var closed = await ClosedHost.StartAsync();
        var own = await closed.AddPerformerAsync("ann@example.com");
        await closed.AddPerformerAsync("bob@example.com");
        var (ad, other) = (await closed.AddAdAsync("ann@example.com"), await closed.AddAdAsync("bob@example.com"));
        var token = await closed.MakeTokenAsync("advertiser", new { performerId = own });
        var sdk = new Sdk(closed.Host);
        await sdk.ReportsAllAsync([sdk.Event(ad), sdk.Event(other), sdk.Event(other)]);

        var rows = (await closed.GetAsync(token, "/stats?groupBy=ad&sort=-views&names=true")).Has(200).Json.GetProperty("rows").EnumerateArray();

        Assert.Equal([(ad, "Ad")], rows.Select(row => (row.Text("adId"), row.Text("adName"))));
        Assert.Equal(400, (await closed.GetAsync(token, "/stats?groupBy=package&sort=-requests")).Status);
    }

    private static IEnumerable<string> Texts(IEnumerable<JsonElement> rows) =>
        rows.Select(row => $"{string.Join(' ', Keys.Select(key => row.TryGetProperty(key, out var value) ? value.GetString() : ""))} {row.GetRawText()}");
}
