using System.Text.Json;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>GET <c>/stats</c>: each grouping and filter against counting by hand, before and after the roll-up.</summary>
public sealed class StatsReportTests(StatsScene scene) : IClassFixture<StatsScene>
{
    private static readonly string[] Groups = ["ad", "performer", "package", "day", "eventType"];

    /// <summary>Each group and each pair of them, in both orders.</summary>
    public static TheoryData<string> Groupings =>
        [.. Groups, .. from first in Groups from second in Groups where first != second select $"{first},{second}"];

    /// <summary>Filters: a query with <c>{…}</c> for values of the scene.</summary>
    public static TheoryData<string> Filters =>
    [
        "adId={ad}", "performerId={performer}", "packageName={package}", "from={day}", "to={day}", "from={day}&to={day}",
        "adId={ad}&packageName={package}&to={day}", "performerId={performer}&from={day}", "adId={ad}&performerId={performer}", "adId=unknown",
        "packageName=unknown", "performerId=unknown", "adId=&from=",
    ];

    [Theory]
    [MemberData(nameof(Groupings))]
    public async Task Rows_are_what_one_counts_by_hand(string groupBy)
    {
        var report = await scene.Portal.ReadAsync($"/stats?groupBy={groupBy}&limit=1000");

        Assert.Equal(ByHand(scene.Events, groupBy), report.GetProperty("rows").EnumerateArray().Select(row => Line(row, groupBy)));
        AssertTotals(scene.Events, report);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_takes_events_from_every_grouping_and_from_the_totals(string filter)
    {
        var sample = scene.Events.First(one => one.Day != "2026-11-21");
        var query = Groups[..4].Aggregate(filter, (text, group) => text.Replace($"{{{group}}}", Uri.EscapeDataString(sample.Of(group)), StringComparison.Ordinal));
        var taken = scene.Events.Where(one => Takes(query, one)).ToList();

        foreach (var groupBy in new[] { "ad", "package", "performer,day", "package,eventType", "ad,package" })
        {
            var report = await scene.Portal.ReadAsync($"/stats?groupBy={groupBy}&limit=1000&{query}");

            Assert.Equal(ByHand(taken, groupBy), report.GetProperty("rows").EnumerateArray().Select(row => Line(row, groupBy)));
            AssertTotals(taken, report);
        }
    }

    [Fact]
    public async Task Before_and_after_the_roll_up_a_report_is_the_same()
    {
        await using var other = await AdServerHost.StartAsync();
        var (portal, sdk) = (new Portal(other), new Sdk(other));
        await portal.SignUpAsync();
        var ads = await portal.AddAdsAsync(2);
        await sdk.ReportsAllAsync(ads.SelectMany(ad => new[] { sdk.Event(ad, seconds: 1.5), sdk.Event(ad, "click"), sdk.Event(ad, "exit") }));
        var before = await ReadAsync();

        Assert.Equal(1, await other.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken));

        Assert.Equal(before, await ReadAsync());

        async Task<List<string>> ReadAsync()
        {
            var texts = new List<string>();
            foreach (var row in Groupings)
            {
                var report = await portal.ReadAsync($"/stats?groupBy={row.Data}");
                texts.Add(report.GetProperty("rows").GetRawText() + report.GetProperty("totals").GetRawText());
            }

            return texts;
        }
    }

    [Fact]
    public async Task Without_groups_there_are_totals_alone()
    {
        var report = await scene.Portal.ReadAsync("/stats");

        Assert.Equal(0, report.GetProperty("rows").GetArrayLength());
        AssertTotals(scene.Events, report);
    }

    [Theory]
    [InlineData("ad", 1)]
    [InlineData("ad", 2)]
    [InlineData("day", 3)]
    [InlineData("package,day", 1)]
    [InlineData("package,day", 5)]
    [InlineData("ad,package", 4)]
    [InlineData("day,performer", 7)]
    [InlineData("eventType", 4)]
    [InlineData("package,eventType", 5)]
    [InlineData("eventType,day", 9)]
    [InlineData("ad,day", 1000)]
    public async Task The_pages_together_are_the_whole(string groupBy, int limit)
    {
        var whole = await scene.RowsAsync($"groupBy={groupBy}");
        var pages = await scene.RowsAsync($"groupBy={groupBy}", limit);

        Assert.NotEmpty(whole);
        Assert.Equal(whole.Select(row => row.GetRawText()), pages.Select(row => row.GetRawText()));
    }

    [Fact]
    public async Task The_totals_of_a_page_are_those_of_all_pages()
    {
        var page = await scene.Portal.ReadAsync("/stats?groupBy=day&limit=1");

        Assert.Equal(1, page.GetProperty("rows").GetArrayLength());
        AssertTotals(scene.Events, page);
    }

    [Theory]
    [InlineData("groupBy=colour")]
    [InlineData("groupBy=ad,ad")]
    [InlineData("groupBy=ad,day,package")]
    [InlineData("groupBy=ad,eventType,eventType")]
    [InlineData("groupBy=ad&limit=0")]
    [InlineData("groupBy=ad&limit=1001")]
    [InlineData("groupBy=eventType&limit=3")]
    [InlineData("groupBy=ad&limit=x")]
    [InlineData("groupBy=ad&cursor=x")]
    [InlineData("groupBy=ad&cursor=YWJj")]
    [InlineData("groupBy=ad&format=xml")]
    [InlineData("groupBy=ad&from=yesterday")]
    public async Task What_cannot_be_reported_is_a_400(string query) =>
        Assert.Equal(400, (await scene.Host.GetAsync($"/stats?{query}")).Status);

    private static IEnumerable<string> ByHand(IEnumerable<Reported> events, string groupBy)
    {
        var groups = groupBy.Split(',');
        var stored = groups.Except(["eventType"]).ToArray();
        var rows = events.GroupBy(one => (stored is [var first, ..] ? one.Of(first) : "", stored is [_, var second] ? one.Of(second) : ""))
            .OrderBy(row => row.Key.Item1, StringComparer.Ordinal).ThenBy(row => row.Key.Item2, StringComparer.Ordinal)
            .Select(row => (Key: string.Join(' ', new[] { row.Key.Item1, row.Key.Item2 }.Take(stored.Length)), Events: row.ToList()));
        return groups.Contains("eventType")
            ? rows.SelectMany(row => StatsScene.EventTypes.Select(type => $"{row.Key} {type} {Counts(row.Events.Where(one => one.EventType == type))}".Trim()))
            : rows.Select(row => $"{row.Key} {Counts(row.Events)}");
    }

    private static string Line(JsonElement row, string groupBy)
    {
        string[] fields = ["adId", "performerId", "packageName", "date"];
        var keys = groupBy.Split(',').Except(["eventType"]).Select(group => row.Text(fields[Array.IndexOf(Groups, group)]));
        var type = groupBy.Contains("eventType", StringComparison.Ordinal) ? [row.Text("eventType")] : Array.Empty<string>();
        return string.Join(' ', [.. keys, .. type, Counts(row)]);
    }

    private static string Counts(JsonElement row) => FormattableString.Invariant($"{row.Number("events")} {row.Number("watchDuration")}")
        + (row.TryGetProperty("views", out _) ? $" {row.Number("views")}" : $" {(row.Text("eventType") == "view" ? row.Number("events") : 0)}");

    private static string Counts(IEnumerable<Reported> events)
    {
        var list = events.ToList();
        var milliseconds = list.Where(one => one.EventType == "view").Sum(one => (long)Math.Round(one.Seconds * 1000));
        return FormattableString.Invariant($"{list.Count} {milliseconds / 1000.0} {list.Count(one => one.EventType == "view")}");
    }

    private static void AssertTotals(List<Reported> events, JsonElement report)
    {
        var totals = report.GetProperty("totals");

        Assert.Equal(Counts(events), Counts(totals));
        Assert.Equal(
            StatsScene.EventTypes.Select(type => (double)events.Count(one => one.EventType == type)),
            [totals.Number("views"), totals.Number("clicks"), totals.Number("skips"), totals.Number("exits")]);
    }

    private static bool Takes(string query, Reported one) => query.Split('&').Select(part => part.Split('=')).All(part =>
        (part[0], Uri.UnescapeDataString(part[1])) switch
        {
            (_, "") => true,
            ("adId", var ad) => one.Ad == ad,
            ("performerId", var performer) => one.Performer == performer,
            ("packageName", var package) => one.Package == package,
            ("from", var day) => string.CompareOrdinal(one.Day, day) >= 0,
            (_, var day) => string.CompareOrdinal(one.Day, day) <= 0,
        });
}
