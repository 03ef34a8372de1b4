using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The first page: how things stand.</summary>
public sealed class OverviewTests(Browser browser, DemoHost demo)
{
    private static readonly CultureInfo American = CultureInfo.InvariantCulture;

    [Theory]
    [InlineData(Screen.Desktop, ColorScheme.Light)]
    [InlineData(Screen.Desktop, ColorScheme.Dark)]
    [InlineData(Screen.Phone, ColorScheme.Light)]
    [InlineData(Screen.Phone, ColorScheme.Dark)]
    public async Task The_numbers_are_those_of_the_API(Screen screen, ColorScheme scheme)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", screen, scheme);
        var month = reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" });
        await Expect(month).ToBeVisibleAsync();

        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var totals = (await demo.GetAsync($"/stats?from={today.AddDays(-29):yyyy-MM-dd}&to={today:yyyy-MM-dd}")).GetProperty("totals");
        await Expect(Card(month, "Deliveries")).ToHaveTextAsync(Number(totals, "deliveries"));
        await Expect(Card(month, "Views")).ToHaveTextAsync(Number(totals, "views"));
        await Expect(Card(month, "Clicks")).ToHaveTextAsync(Number(totals, "clicks"));
        await Expect(Card(month, "CTR")).ToHaveTextAsync(Rate(totals, "clickThroughRate"));
        await Expect(Card(month, "Fill rate")).ToHaveTextAsync(Rate(totals, "fillRate"));
        await reader.EndAsync();
    }

    private static ILocator Card(ILocator section, string name) =>
        section.Locator(".card").Filter(new() { Has = section.Page.Locator("dt", new() { HasTextRegex = new($"^{name}") }) }).Locator("strong");

    private static string Number(JsonElement totals, string name) => totals.GetProperty(name).GetInt64().ToString("N0", American);

    private static string Rate(JsonElement totals, string name) => totals.GetProperty(name).GetDouble().ToString("N2", American) + "\u00a0%";
}
