using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>
/// How long the reader waits. Asked for by hand, because a busy machine is slow: <c>dotnet run --project tests/AdServer.PageTests -- -explicit only -class '*SpeedTests' -showliveoutput</c>.
/// </summary>
public sealed class SpeedTests(Browser browser, DemoHost demo, ITestOutputHelper output)
{
    private const int Rounds = 15;

    /// <summary>Notes when the chart, the last of the first screen, is there: in the browser's own time since the address was opened.</summary>
    private const string Watch =
        """
        new MutationObserver((_, observer) => {
          if (document.querySelector('canvas')) {
            window.shownAt = performance.now();
            observer.disconnect();
          }
        }).observe(document, { childList: true, subtree: true });
        """;

    [Fact(Explicit = true)]
    public async Task From_an_empty_cache_to_the_numbers_of_thirty_days()
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Desktop, prepare: reader => reader.Page.AddInitScriptAsync(Watch));
            await Expect(reader.Page.Locator("canvas").First).ToBeVisibleAsync();
            times.Add(await reader.Page.EvaluateAsync<double>("window.shownAt"));
        }

        times.Sort();
        output.WriteLine($"From the address to the chart, {Rounds} times: median {times[Rounds / 2]:0} ms, fastest {times[0]:0} ms, slowest {times[^1]:0} ms");
        Assert.All(times, time => Assert.InRange(time, 1, double.MaxValue));
    }
}
