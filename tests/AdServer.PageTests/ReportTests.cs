using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Reports over everything that the reader may see, of days that are over.</summary>
public sealed class ReportTests(Browser browser, DemoHost demo)
{
    private static string Range => $"from={Day(-8)}&to={Day(-2)}";

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_report_has_the_rows_and_sums_of_the_API_and_so_has_its_file(Screen screen)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/stats?{Range}", screen);
        await reader.Page.GetByLabel("Group by").SelectOptionAsync("Package");
        await reader.Page.GetByLabel("and by").SelectOptionAsync("Event");
        await ExpectAsync(reader, "groupBy=package,eventType", ["packageName", "eventType"], ["events"]);

        await reader.Page.GetByLabel("and by").SelectOptionAsync("nothing else");
        var query = $"{Range}&groupBy=package&sort=-views&names=true";
        await ExpectAsync(reader, "groupBy=package&sort=-views", ["packageName"], ["requests", "fills"]);
        var waiting = reader.Page.WaitForDownloadAsync();
        await reader.Page.GetByRole(AriaRole.Link, new() { Name = "Download CSV" }).ClickAsync();
        var file = await waiting;
        Assert.Equal($"statistics-by-package-{Day(-8)}-{Day(-2)}.csv", file.SuggestedFilename);
        Assert.Equal(
            (await demo.SendAsync(HttpMethod.Get, $"/stats?{query}&format=csv")).Text, await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken));
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task What_is_filtered_is_in_the_address_and_counted_alone(Screen screen)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/stats?{Range}&groupBy=day", screen);
        await reader.Page.GetByText("Filters", new() { Exact = true }).ClickAsync();
        await reader.Page.GetByLabel("Only the package").FillAsync("com.example.game02");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(reader.Page).ToHaveURLAsync(new Regex("packageName=com\\.example\\.game02"));
        await ExpectAsync(reader, "groupBy=day&packageName=com.example.game02", ["date"], ["requests", "fills"]);

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Clear filters" }).ClickAsync();
        await ExpectAsync(reader, "groupBy=day", ["date"], ["requests", "deliveries"]);
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_long_report_is_read_page_by_page_and_the_way_back_is_the_browsers(Screen screen)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/stats?{Range}&groupBy=day,package", screen);
        var first = await demo.GetAsync($"/stats?{Range}&groupBy=day,package&limit=50");
        await ExpectViewsAsync(reader, first);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await ExpectViewsAsync(reader, await demo.GetAsync($"/stats?{Range}&groupBy=day,package&limit=50&cursor={Uri.EscapeDataString(first.Text("nextCursor"))}"));
        await Expect(reader.Table("Report").Locator("tfoot")).ToContainTextAsync("Total of all rows");
        await reader.Page.GoBackAsync();
        await ExpectViewsAsync(reader, first);
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_head_sorts_by_its_number_and_all_rows_are_there_page_by_page(Screen screen)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/stats?{Range}", screen);
        await ExpectAsync(reader, "groupBy=ad&sort=-views&names=true", ["adName"], ["deliveries", "views", "clicks"]);
        await reader.Table("Report").GetByRole(AriaRole.Button, new() { Name = "Clicks" }).ClickAsync();
        await Expect(reader.Page).ToHaveURLAsync(new Regex("sort=-clicks"));
        await ExpectAsync(reader, "groupBy=ad&sort=-clicks&names=true", ["adName"], ["deliveries", "views", "clicks"]);

        await reader.GoAsync($"/stats?{Range}&groupBy=ad,day&sort=-views");
        await Expect(reader.Page.GetByText("The first 50 rows by this number.")).ToBeVisibleAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "All, page by page" }).ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Button, new() { Name = "Next page" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData("groupBy=zzz", "Invalid groupBy")]
    [InlineData("from=2026-11-20&to=2026-11-01", "Invalid date range")]
    [InlineData("cursor=%21", "Invalid cursor")]
    [InlineData("groupBy=ad&sort=-clickThroughRate", "Invalid sort: events, views")]
    public async Task A_wrong_question_is_answered_in_the_APIs_words_and_there_is_a_way_out(string query, string words)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/stats?{query}", Screen.Phone, prepare: reader =>
        {
            reader.Expected.Add("400");
            return Task.CompletedTask;
        });
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(words);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Show the last 30 days" }).ClickAsync();
        await Expect(reader.Table("Report")).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    private static string Day(int offset) => DateTime.UtcNow.AddDays(offset).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The rows and the sum below them are those of the API, by their names and the numbers that a report begins with.</summary>
    private async Task ExpectAsync(Reader reader, string query, string[] groups, string[] numbers)
    {
        var answer = await demo.GetAsync($"/stats?{Range}&{query}&limit=50");
        var table = reader.Table("Report");
        var rows = answer.GetProperty("rows").EnumerateArray().Select(row => groups.Select(group => Name(row, group)).Concat(Cells(row, numbers)).ToArray()).ToArray();
        await Expect(table.Locator("tbody tr th")).ToHaveTextAsync(rows.Select(row => row[0]));
        await Expect(table.Locator("thead th")).Not.ToHaveCountAsync(0);
        var shown = await table.RowsAsync();
        Assert.Equal(rows, shown[1..^1].Select(row => row[..(groups.Length + numbers.Length)]));
        Assert.Equal(Cells(answer.GetProperty("totals"), numbers), shown[^1][groups.Length..(groups.Length + numbers.Length)]);
    }

    private static async Task ExpectViewsAsync(Reader reader, JsonElement answer)
    {
        var rows = answer.GetProperty("rows").EnumerateArray().Select(row => new[] { Written.Day(row.Text("date")), row.Text("packageName") }).ToArray();
        await Expect(reader.Table("Report").Locator("tbody tr td:nth-child(2)")).ToHaveTextAsync(rows.Select(row => row[1]));
        var shown = await reader.Table("Report").RowsAsync();
        var views = Array.IndexOf(shown[0], "Views");
        Assert.Equal(rows, shown[1..^1].Select(row => row[..2]));
        Assert.Equal(answer.GetProperty("rows").EnumerateArray().Select(row => Written.Count(row, "views")), shown[1..^1].Select(row => row[views]));
    }

    private static string Name(JsonElement row, string group) => group switch
    {
        "date" => Written.Day(row.Text(group)),
        "eventType" => char.ToUpperInvariant(row.Text(group)[0]) + row.Text(group)[1..],
        _ => row.Text(group),
    };

    private static string[] Cells(JsonElement row, string[] numbers) => [.. numbers.Select(name => Written.Count(row, name))];
}
