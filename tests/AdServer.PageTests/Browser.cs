using AdServer.PageTests;
using AdServer.Web;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Browser))]
[assembly: AssemblyFixture(typeof(DemoHost))]

namespace AdServer.PageTests;

/// <summary>
/// The system's own Chromium, started once; no browser is downloaded. Where it is missing, or the server was built without the page, tests of the page are
/// skipped, unless <c>ADSERVER_TEST_REQUIRE_CHROMIUM=1</c>. Another place: <c>ADSERVER_TEST_CHROMIUM=/path/of/chromium</c>.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>How long an expectation may take to come true: a machine may have much else to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    /// <summary>Nothing is asked of other hosts, and nothing is kept.</summary>
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private string? missing;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The browser; ends the test where there is none.</summary>
    internal IBrowser Running
    {
        get
        {
            Assert.SkipWhen(missing is not null, missing ?? string.Empty);
            return browser!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        var place = Environment.GetEnvironmentVariable("ADSERVER_TEST_CHROMIUM") is { Length: > 0 } named ? named : Places.FirstOrDefault(File.Exists);
        missing = place is null ? "There is no Chromium: apt-get install chromium, or ADSERVER_TEST_CHROMIUM=/path/of/chromium"
            : !PageFiles.Load().HasPage ? "The server was built without the page: apt-get install nodejs npm, and build again"
            : null;
        if (missing is not null)
        {
            Assert.False(Environment.GetEnvironmentVariable("ADSERVER_TEST_REQUIRE_CHROMIUM") == "1", missing);
            return;
        }

        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = place, Args = Flags });
    }

    public async ValueTask DisposeAsync()
    {
        await (browser?.CloseAsync() ?? Task.CompletedTask);
        playwright?.Dispose();
    }
}
