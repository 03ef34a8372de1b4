using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The README's pictures. They are taken anew where <c>ADSERVER_TEST_SCREENSHOTS=1</c>; else only that they could be is tested.</summary>
public sealed class ScreenshotTests(Browser browser, DemoHost demo)
{
    private const int Width = 1280;

    /// <summary>As far down as the end of the chart.</summary>
    private const int Height = 1240;

    private static readonly string Folder = Path.Combine(Artefacts.Page, "screenshots");

    [Fact]
    public Task The_overview() => TakeAsync("overview", "/", "Last 30 days");

    [Fact]
    public async Task The_statistics_of_an_ad()
    {
        var ads = await demo.GetAsync("/stats?groupBy=ad&sort=-views&limit=1");
        await TakeAsync("ad-statistics", $"/ads/{ads.GetProperty("rows")[0].Text("adId")}/stats?{Week()}&compare=true", "By day");
    }

    /// <summary>Two weeks against the two before: the demo has thirty days.</summary>
    private static string Week()
    {
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        return $"from={today.AddDays(-14):yyyy-MM-dd}&to={today.AddDays(-1):yyyy-MM-dd}";
    }

    private async Task TakeAsync(string name, string place, string region)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, place, Screen.Desktop, test: name);
        await Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = region })).ToBeVisibleAsync();
        var picture = await reader.Page.ScreenshotAsync(new() { FullPage = true, Clip = new() { Width = Width, Height = Height } });
        if (Environment.GetEnvironmentVariable("ADSERVER_TEST_SCREENSHOTS") == "1")
        {
            await File.WriteAllBytesAsync(Path.Combine(Folder, $"{name}.png"), picture, TestContext.Current.CancellationToken);
        }

        Assert.Contains($"screenshots/{name}.png", await File.ReadAllTextAsync(Path.Combine(Artefacts.Root, "README.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Folder, $"{name}.png")), "Take it: README, \"The page\"");
        await reader.EndAsync();
    }
}
