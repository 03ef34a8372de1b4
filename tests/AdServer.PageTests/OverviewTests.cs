using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The first page: how things stand.</summary>
public sealed class OverviewTests(Browser browser, DemoHost demo)
{
    private const int Period = 30;

    private static readonly (string Name, Func<JsonElement, string> Write)[] Cards =
    [
        ("Deliveries", row => Written.Count(row, "deliveries")), ("Fill rate", row => Written.Percent(row.Number("fillRate"))),
        ("Views", row => Written.Count(row, "views")), ("Clicks", row => Written.Count(row, "clicks")),
        ("CTR", row => Written.Percent(row.Number("clickThroughRate"))), ("Completion", row => Written.Percent(Written.Completion(row))),
        ("Watch time", row => Written.Duration(row.Number("watchDuration"))),
    ];

    [Theory]
    [InlineData(Screen.Desktop, ColorScheme.Light)]
    [InlineData(Screen.Desktop, ColorScheme.Dark)]
    [InlineData(Screen.Phone, ColorScheme.Light)]
    [InlineData(Screen.Phone, ColorScheme.Dark)]
    public async Task The_numbers_are_those_of_the_API(Screen screen, ColorScheme scheme)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", screen, scheme);
        await Expect(Month(reader)).ToBeVisibleAsync();

        var (today, yesterday, month) = (await TotalsAsync(0, 0), await TotalsAsync(-1, -1), await TotalsAsync(-Period, -1));
        foreach (var (name, write) in Cards)
        {
            await Expect(Card(Today(reader), name).Locator("strong")).ToHaveTextAsync(write(today));
            await Expect(Card(Today(reader), name)).ToContainTextAsync($"yesterday {write(yesterday)}");
            await Expect(Card(Month(reader), name).Locator("strong")).ToHaveTextAsync(write(month));
        }

        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task The_chart_the_top_lists_and_the_health_are_those_of_the_API(Screen screen)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", screen);
        await reader.Page.GetByText("The same as a table").ClickAsync();
        var days = (await demo.GetAsync($"/stats?groupBy=day&{Span(-Period, 0)}")).GetProperty("rows").EnumerateArray()
            .ToDictionary(row => row.Text("date"), row => Written.Count(row, "views"));
        Assert.Equal(
            Enumerable.Range(-Period, Period + 1).Select(Day).Select(day => new[] { Written.Day(day), days.GetValueOrDefault(day, "0") }),
            (await reader.Table("Views by UTC day").RowsAsync())[1..]);

        await ExpectTopAsync(reader, "Top ads", "ad", "adName");
        await ExpectTopAsync(reader, "Top packages", "package", "packageName");
        Assert.Equal("ready", (await demo.GetAsync("/health/ready")).Text("status"));
        await Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Live" })).ToContainTextAsync("Ready");
        await reader.EndAsync();
    }

    [Fact]
    public async Task It_refreshes_by_itself()
    {
        await using var host = await AdServerHost.StartAsync(realTime: true);
        var id = await AddAdAsync(host);
        await using var reader = await Reader.OpenAsync(browser, host.Client.BaseAddress!, "/", Screen.Desktop, prepare: reader => reader.Page.Clock.InstallAsync());
        await Expect(reader.Page.GetByText("No app asked for an ad in the last 30 days")).ToBeVisibleAsync();
        var rate = reader.Page.GetByText("Events a second").Locator("xpath=following-sibling::dd");
        await Expect(rate).ToHaveTextAsync("0");

        await SeenAsync(host, id, 3, DateTimeOffset.UtcNow);
        await Expect(rate).ToHaveTextAsync(new Regex("[1-9]"));
        await reader.Page.Clock.FastForwardAsync(15_000);
        await Expect(Card(Today(reader), "Views").Locator("strong")).ToHaveTextAsync("3");
        await Expect(reader.Table("Top ads")).ToContainTextAsync("Ad");
        await reader.EndAsync();
    }

    /// <summary>Nothing happened on the first of the 60 days, but before it: they are whole. Today is a part of a day, and compared with nothing.</summary>
    [Fact]
    public async Task Thirty_whole_days_are_compared_with_the_thirty_before()
    {
        await using var host = await AdServerHost.StartAsync();
        var id = await AddAdAsync(host);
        var start = host.Clock.GetUtcNow();
        foreach (var (day, views) in new[] { (0, 1), (20, 2), (50, 3), (71, 5) })
        {
            host.Clock.Set(start.AddDays(day));
            await SeenAsync(host, id, views, host.Clock.GetUtcNow());
        }

        await using var reader = await Reader.OpenAsync(
            browser, host.Client.BaseAddress!, "/", Screen.Desktop, prepare: reader => reader.Page.Clock.SetFixedTimeAsync(host.Clock.GetUtcNow().UtcDateTime));
        await Expect(Card(Month(reader), "Views")).ToContainTextAsync("3▲ +50");
        await Expect(Month(reader)).ToContainTextAsync("Whole days, up to yesterday, against the 30 days before.");
        await Expect(Card(Today(reader), "Views").Locator("strong")).ToHaveTextAsync("5");
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_store_that_does_not_reach_back_is_not_compared()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Phone);
        await Expect(Month(reader)).ToContainTextAsync("Not compared: the numbers do not reach back 60 days.");
        await Expect(Month(reader).Locator(".change")).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    [Fact]
    public async Task Apps_that_ask_in_vain_are_not_nothing()
    {
        await using var host = await AdServerHost.StartAsync();
        (await new Sdk(host).AskAsync()).Has(204);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        await using var reader = await Reader.OpenAsync(
            browser, host.Client.BaseAddress!, "/", Screen.Phone, prepare: reader => reader.Page.Clock.SetFixedTimeAsync(host.Clock.GetUtcNow().UtcDateTime));
        await Expect(Card(Today(reader), "Fill rate").Locator("strong")).ToHaveTextAsync("0.00 %", new() { Timeout = 20_000 });
        await reader.EndAsync();
    }

    private async Task ExpectTopAsync(Reader reader, string title, string groupBy, string name)
    {
        var answer = await demo.GetAsync($"/stats?groupBy={groupBy}&{Span(-Period, 0)}&sort=-views&limit=5&names=true");
        var expected = answer.GetProperty("rows").EnumerateArray()
            .Select(row => new[] { row.Text(name), Written.Count(row, "views"), Written.Count(row, "clicks"), Plain(Written.Percent(row.Number("clickThroughRate"))) });
        await Expect(reader.Table(title).Locator("tbody tr")).ToHaveCountAsync(5);
        Assert.Equal(expected, (await reader.Table(title).RowsAsync())[1..]);
    }

    private async Task<JsonElement> TotalsAsync(int from, int to) => (await demo.GetAsync($"/stats?{Span(from, to)}")).GetProperty("totals");

    private static async Task<string> AddAdAsync(AdServerHost host)
    {
        var portal = new Portal(host);
        await portal.SignUpAsync();
        return await portal.AddAdAsync();
    }

    /// <summary>Somebody watches the ad to its end, so many times.</summary>
    private static async Task SeenAsync(AdServerHost host, string id, int times, DateTimeOffset at)
    {
        for (var time = 0; time < times; time++)
        {
            await new Sdk(host).ReportsAsync(id, seconds: 5, at: at);
        }
    }

    private static ILocator Today(Reader reader) => reader.Page.GetByRole(AriaRole.Region, new() { NameRegex = new("^Today") });

    private static ILocator Month(Reader reader) => reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" });

    private static ILocator Card(ILocator section, string name) =>
        section.Locator(".card").Filter(new() { Has = section.Page.Locator("dt", new() { HasTextRegex = new($"^{name}") }) });

    private static string Span(int from, int to) => $"from={Day(from)}&to={Day(to)}";

    private static string Day(int offset) => DateTime.UtcNow.AddDays(offset).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
