using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace AdServer.PageTests;

/// <summary>What the page is read on.</summary>
public enum Screen
{
    /// <summary>A window on a desk.</summary>
    Desktop,

    /// <summary>A telephone, held upright.</summary>
    Phone,
}

/// <summary>
/// Somebody who reads the page: in English as of the United States, in Berlin's zone, so that dates and zones are not the server's by chance.
/// <code>
/// await using var reader = await Reader.OpenAsync(browser, demo.Url, "/ads", screen);
/// await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "Ads" })).ToBeVisibleAsync();
/// await reader.EndAsync();
/// </code>
/// </summary>
internal sealed class Reader : IAsyncDisposable
{
    private const int PhoneWidth = 390;
    private const int PhoneHeight = 844;
    private const int DesktopWidth = 1280;
    private const int DesktopHeight = 900;

    private readonly List<string> faults = [];
    private readonly IBrowserContext context;
    private readonly string name;
    private readonly Uri url;

    private Reader(IBrowserContext context, IPage page, Uri url, string name)
    {
        (this.context, Page, this.url, this.name) = (context, page, url, name);
        page.Console += (_, message) => Note(message.Type == "error" && !IsExpected(message.Text), message.Text);
        page.PageError += (_, error) => Note(true, error);
        page.RequestFailed += (_, request) => Note(!IsExpected(request.Url) && request.Failure != "net::ERR_ABORTED", $"{request.Url}: {request.Failure}");
    }

    public IPage Page { get; }

    /// <summary>Parts of what the console may say, or of addresses that may fail, because the test wants it so.</summary>
    public List<string> Expected { get; } = [];

    /// <summary>Opens a place of the page, such as <c>/ads</c>.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="url">Where the server is.</param>
    /// <param name="place">The place, behind <c>#</c>.</param>
    /// <param name="screen">What it is read on.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="prepare">Done to the page before it is opened, such as a route that fails.</param>
    /// <param name="locale">The reader's language and country.</param>
    /// <param name="zone">The reader's time zone.</param>
    /// <param name="test">The name of the test, for its screenshot.</param>
    public static async Task<Reader> OpenAsync(
        Browser browser,
        Uri url,
        string place,
        Screen screen,
        ColorScheme scheme = ColorScheme.Light,
        Func<Reader, Task>? prepare = null,
        string locale = "en-US",
        string zone = "Europe/Berlin",
        [CallerMemberName] string test = "")
    {
        var isPhone = screen == Screen.Phone;
        var context = await browser.Running.NewContextAsync(new()
        {
            Locale = locale,
            TimezoneId = zone,
            ColorScheme = scheme,
            HasTouch = isPhone,
            IsMobile = isPhone,
            ViewportSize = new() { Width = isPhone ? PhoneWidth : DesktopWidth, Height = isPhone ? PhoneHeight : DesktopHeight },
        });
        var reader = new Reader(context, await context.NewPageAsync(), url, $"{test}-{screen}-{scheme}".ToLowerInvariant());
        await (prepare?.Invoke(reader) ?? Task.CompletedTask);
        await reader.GoAsync(place);
        return reader;
    }

    public Task GoAsync(string place) => Page.GotoAsync(new Uri(url, place.StartsWith('/') ? "#" + place : place).AbsoluteUri);

    /// <summary>
    /// The end of every test: the console said nothing wrong, nothing is wider than the screen, and a screen reader finds nothing wrong, either. The
    /// screenshot is kept.
    /// </summary>
    public async Task EndAsync()
    {
        await KeepAsync();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        var findings = await Accessibility.FindingsAsync(Page);
        Assert.True(findings.Length == 0, string.Join('\n', findings));
        Assert.True(
            await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "The page is wider than the screen");
    }

    /// <summary>Keeps a picture of the whole page beside the results of the test run.</summary>
    public Task KeepAsync(string? part = null) => Page.ScreenshotAsync(new() { Path = Path.Combine(Artefacts.Folder, $"{name}{part}.png"), FullPage = true });

    /// <summary>Answers requests of the API by an error as the server writes it.</summary>
    public Task FailAsync(string path, int status, string error, params (string Name, string Value)[] headers)
    {
        Expected.Add($"{status}");
        return Page.RouteAsync(PathIs(path), route => route.FulfillAsync(new()
        {
            Status = status,
            ContentType = "application/problem+json",
            Headers = headers.ToDictionary(header => header.Name, header => header.Value),
            Body = JsonSerializer.Serialize(new { title = status.ToString(CultureInfo.InvariantCulture), status, error, traceId = "0HN:1" }),
        }));
    }

    /// <summary>Whether an address of the API has this path, whatever its query is.</summary>
    public static Func<string, bool> PathIs(string path) => address => new Uri(address).AbsolutePath == path;

    public ValueTask DisposeAsync() => new(context.CloseAsync());

    private bool IsExpected(string text) => Expected.Exists(part => text.Contains(part, StringComparison.Ordinal));

    private void Note(bool isFault, string text)
    {
        if (isFault)
        {
            lock (faults)
            {
                faults.Add(text);
            }
        }
    }
}
