using System.Text.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The statistics of one ad and of one performer. Those of the demo are read of days that are over, which no other test changes.</summary>
public sealed class AdStatsTests(Browser browser, DemoHost demo)
{
    private static readonly string From = Day(-8);
    private static readonly string To = Day(-2);

    private static string Before => $"from={Day(-15)}&to={Day(-9)}";

    private static string Range => $"from={From}&to={To}";

    [Theory]
    [InlineData(Screen.Desktop, ColorScheme.Light)]
    [InlineData(Screen.Phone, ColorScheme.Dark)]
    public async Task The_numbers_of_an_ad_and_their_change_are_those_of_the_API(Screen screen, ColorScheme scheme)
    {
        var ad = await BusiestAdAsync();
        var now = await demo.GetAsync($"/ads/{ad.Text("adId")}/stats/daily?{Range}");
        var before = (await demo.GetAsync($"/ads/{ad.Text("adId")}/stats/daily?{Before}")).GetProperty("totals");
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{ad.Text("adId")}/stats?{Range}&compare=true", screen, scheme);
        var name = (await demo.GetAsync($"/ads/{ad.Text("adId")}")).Text("name");
        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "Show the ad" })).ToHaveAttributeAsync("href", $"#/ads/{ad.Text("adId")}");

        await ExpectDaysAsync(reader, now);
        var totals = now.GetProperty("totals");
        foreach (var (head, write) in Written.OfDays)
        {
            await Expect(reader.Card(head).Locator("strong")).ToHaveTextAsync(write(totals));
        }

        await Expect(reader.Card("Views")).ToContainTextAsync(Written.Change(totals.Number("views"), before.Number("views"))!);
        await Expect(reader.Card("CTR")).ToContainTextAsync(Written.Change(totals.Number("clickThroughRate"), before.Number("clickThroughRate"))!);
        await Expect(reader.Card("Views")).ToContainTextAsync($"was {Written.Count(before, "views")}");
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task The_chart_shows_the_chosen_number_and_the_period_before_as_the_API_has_them(Screen screen)
    {
        var id = (await BusiestAdAsync()).Text("adId");
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/stats?{Range}", screen);
        await reader.Page.GetByLabel("Compare with the period before").CheckAsync();
        await reader.Page.GetByLabel("Number").SelectOptionAsync("Skips");
        await reader.Page.GetByText("The same as a table").ClickAsync();
        var table = reader.Table("Skips by UTC day");
        await Expect(table.GetByRole(AriaRole.Columnheader)).ToHaveTextAsync(["Day (UTC)", "Skips", "Skips, period before"]);

        var now = Rows(await demo.GetAsync($"/ads/{id}/stats/daily?{Range}"));
        var before = Rows(await demo.GetAsync($"/ads/{id}/stats/daily?{Before}"));
        Assert.Equal(
            now.Zip(before, (day, other) => new[] { Written.Day(day.Text("date")), Written.Count(day, "skips"), Written.Count(other, "skips") }),
            (await table.RowsAsync())[1..]);
        Assert.Contains("measure=skips", reader.Page.Url, StringComparison.Ordinal);
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_link_that_was_copied_shows_the_same_and_the_file_is_the_APIs(Screen screen)
    {
        var id = (await BusiestAdAsync()).Text("adId");
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/stats", screen);
        await reader.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await reader.Page.GetByLabel("From").FillAsync(From);
        await reader.Page.GetByLabel("To", new() { Exact = true }).FillAsync(To);
        await reader.Page.GetByLabel("Traffic").SelectOptionAsync("Net");
        await Expect(reader.Page.GetByText("invalid traffic", new() { Exact = false }).First).ToBeVisibleAsync();
        await ExpectDaysAsync(reader, await demo.GetAsync($"/ads/{id}/stats/daily?{Range}&traffic=net"));

        var waiting = reader.Page.WaitForDownloadAsync();
        await reader.Page.GetByRole(AriaRole.Link, new() { Name = "Download CSV" }).ClickAsync();
        var file = await waiting;
        Assert.EndsWith($"-{From}-{To}-net.csv", file.SuggestedFilename, StringComparison.Ordinal);
        Assert.Equal((await demo.SendAsync(HttpMethod.Get, $"/ads/{id}/stats/daily?{Range}&traffic=net&format=csv")).Text, await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken));

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Copy a link to this" }).ClickAsync();
        await Expect(reader.Page.GetByText("Copied")).ToBeVisibleAsync();
        var shown = await reader.Table("Days").RowsAsync();
        var link = await reader.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        await reader.Page.GotoAsync("about:blank");
        await reader.Page.GotoAsync(link);
        await Expect(reader.Table("Days").GetByRole(AriaRole.Row)).ToHaveCountAsync(shown.Length);
        Assert.Equal(shown, await reader.Table("Days").RowsAsync());
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_performer_has_the_numbers_of_all_its_ads_and_of_each(Screen screen)
    {
        var id = (await demo.GetAsync("/stats?groupBy=performer")).GetProperty("rows")[0].Text("performerId");
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/performers/{id}/stats?{Range}", screen);
        await ExpectDaysAsync(reader, await demo.GetAsync($"/performers/{id}/stats/daily?{Range}"));

        var table = reader.Table("By ad");
        var answer = await demo.GetAsync($"/stats?groupBy=ad&performerId={id}&{Range}&sort=-views&names=true");
        await Expect(table.Locator("tbody tr")).ToHaveCountAsync(answer.GetProperty("rows").GetArrayLength());
        Assert.Equal(
            answer.GetProperty("rows").EnumerateArray().Select(row => (row.Text("adName"), Written.Count(row, "views"))),
            (await table.RowsAsync())[1..^1].Select(row => (row[0], row[2])));
        Assert.Equal(Written.Count(answer.GetProperty("totals"), "views"), (await table.RowsAsync())[^1][2]);

        await table.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(reader.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"#/ads/[0-9a-f-]+/stats\\?from={From}&to={To}$"));
        await Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "Show the ad" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData("from=zzz", "Invalid date")]
    [InlineData("from=2026-02-30&to=2026-03-01", "Invalid date")]
    [InlineData("from=2026-11-20&to=2026-11-01&compare=true", "Invalid date range")]
    [InlineData("from=0001-01-01&to=2026-11-01", "Invalid date range: at most 3660 days")]
    [InlineData("range=all&traffic=none", "Invalid traffic: gross, net or verified")]
    public async Task A_wrong_question_is_answered_in_the_APIs_words_and_there_is_a_way_out(string query, string words)
    {
        var id = (await BusiestAdAsync()).Text("adId");
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/stats?{query}", Screen.Phone, prepare: Expecting("400"));
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(words);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Show the last 30 days" }).ClickAsync();
        await Expect(reader.Table("Days").Locator("tbody tr")).ToHaveCountAsync(30);
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    [Fact]
    public async Task Days_on_which_nothing_happened_are_zeros_and_nothing_is_compared_with_nothing()
    {
        var id = (await BusiestAdAsync()).Text("adId");
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/stats?from=2001-01-01&to=2001-01-01&compare=true", Screen.Desktop);
        await Expect(reader.Page.GetByText("Nothing happened on these days.")).ToBeVisibleAsync();
        await Expect(reader.Page.GetByText("Nothing to compare with: it was made on")).ToBeVisibleAsync();
        await Expect(reader.Card("Views")).Not.ToContainTextAsync("%");
        await ExpectDaysAsync(reader, await demo.GetAsync($"/ads/{id}/stats/daily?from=2001-01-01&to=2001-01-01"));
        await reader.EndAsync();
    }

    [Fact]
    public async Task Statistics_of_an_ad_that_was_deleted_say_so()
    {
        (await demo.SendAsync(HttpMethod.Post, "/performers", new { name = "Gone", email = "gone@stats.example" })).Succeeds();
        var id = (await demo.SendAsync(HttpMethod.Post, "/ads", AdServer.Tests.Portal.NewAd("Gone", email: "gone@stats.example"))).Succeeds().Text("adId");
        (await demo.SendAsync(HttpMethod.Delete, $"/ads/{id}")).Has(200);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/stats", Screen.Desktop, prepare: Expecting("404"));
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Ad not found");
        await Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "To the ads" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    private static Func<Reader, Task> Expecting(string text) => reader =>
    {
        reader.Expected.Add(text);
        return Task.CompletedTask;
    };

    private static string Day(int offset) => DateTime.UtcNow.AddDays(offset).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static List<JsonElement> Rows(JsonElement answer) => [.. answer.GetProperty("days").EnumerateArray()];

    private async Task<JsonElement> BusiestAdAsync() =>
        (await demo.GetAsync($"/stats?groupBy=ad&{Range}")).GetProperty("rows").EnumerateArray().MaxBy(row => row.Number("views"));

    /// <summary>The table of days says what the API says, day by day and in all.</summary>
    private static async Task ExpectDaysAsync(Reader reader, JsonElement answer)
    {
        var (table, totals) = (reader.Table("Days"), answer.GetProperty("totals"));
        await Expect(table.Locator("tbody tr th")).ToHaveTextAsync(Rows(answer).Select(row => Written.Day(row.Text("date"))));
        await Expect(table.Locator("tfoot tr").Locator("th,td")).ToHaveTextAsync(["Total", .. Written.OfDays.Select(column => column.Write(totals)), string.Empty]);
        var rows = await table.RowsAsync();
        Assert.Equal(["Day (UTC)", .. Written.OfDays.Select(column => column.Head), "Day is"], rows[0]);
        Assert.Equal(
            Rows(answer).Select(row => new[] { Written.Day(row.Text("date")) }.Concat(Written.OfDays.Select(column => column.Write(row))).Append(State(row))),
            rows[1..^1]);
    }

    private static string State(JsonElement row) =>
        row.TryGetProperty("revision", out var revision) ? revision.GetInt32() == 0 ? "closed" : $"closed, revision {revision.GetInt32()}" : "open";
}
