using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AdServer.Tests.Access;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The page that plays the SDK, before a server of its own: an ad is served, its events are sent, and they count.</summary>
public sealed class TryItTests(Browser browser)
{
    private const string Place = "/try?packageName=com.example.app";

    private static readonly string[] Packages = ["com.example.app"];

    private static readonly string[] Changes = ["Views", "Clicks", "Skips", "Exits"];

    [Theory]
    [InlineData(Screen.Desktop, ColorScheme.Light)]
    [InlineData(Screen.Phone, ColorScheme.Dark)]
    public async Task Whoever_skips_an_ad_sees_the_event_arrive_once(Screen screen, ColorScheme scheme)
    {
        await using var host = await StartAsync();
        var id = await AddAdAsync(host);
        await using var reader = await OpenAsync(host, screen, scheme: scheme);
        await GetAdAsync(reader);
        var skip = reader.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Skip") });
        await Expect(skip).ToBeDisabledAsync();
        await reader.Page.Clock.FastForwardAsync(5100);
        await skip.ClickAsync();
        await Expect(Log(reader).Locator("tbody tr").First).ToContainTextAsync("201 Event logged");
        await Expect(skip).ToBeDisabledAsync();

        await Log(reader).GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await Expect(Log(reader).Locator("tbody tr").First).ToContainTextAsync("200 Event already logged");
        await ExpectChangesAsync(reader, deliveries: 1, skips: 1);

        var counted = (await host.GetAsync($"/ads/{id}/stats?{Today}")).Succeeds().GetProperty("adStats");
        Assert.Equal((0, 0, 1, 0), (counted.Number("views"), counted.Number("clicks"), counted.Number("skips"), counted.Number("exits")));
        var verified = (await host.GetAsync($"/stats?groupBy=package&traffic=verified&{Today}")).Succeeds().GetProperty("rows")[0];
        Assert.Equal(("com.example.app", 1), (verified.Text("packageName"), verified.Number("skips")));
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_click_sends_a_click_and_a_view_and_the_end_of_the_ad_a_view()
    {
        await using var host = await StartAsync();
        var id = await AddAdAsync(host);
        await using var reader = await OpenAsync(host, Screen.Desktop);
        await GetAdAsync(reader);
        await reader.Page.Clock.FastForwardAsync(2000);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Click", Exact = true }).ClickAsync();
        await Expect(Log(reader).Locator("tbody tr th")).ToHaveTextAsync(["View", "Click"]);
        await ExpectChangesAsync(reader, deliveries: 1, views: 1, clicks: 1);

        await GetAdAsync(reader);
        await reader.Page.Clock.FastForwardAsync(36_000);
        await Expect(Log(reader).Locator("tbody tr th")).ToHaveTextAsync(["View", "View", "Click"]);
        await ExpectChangesAsync(reader, deliveries: 2, views: 1);

        var counted = (await host.GetAsync($"/ads/{id}/stats?{Today}")).Succeeds().GetProperty("adStats");
        Assert.Equal((2, 1), (counted.Number("views"), counted.Number("clicks")));
        Assert.InRange(counted.Number("avgWatchDuration"), (2 + 36) / 2.0, 60);
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Where_there_is_no_ad_it_says_so_and_leads_to_why(Screen screen)
    {
        await using var host = await StartAsync();
        var id = await AddAdAsync(host);
        (await host.PutAsync($"/ads/{id}", new { status = "paused" })).Has(200);
        await using var reader = await OpenAsync(host, screen);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Get the next ad" }).ClickAsync();
        await Expect(reader.Page.GetByText("No ad", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "Why is this one not served?" })).ToHaveAttributeAsync("href", $"#/ads/{id}?packageName=com.example.app");
        await reader.EndAsync();
    }

    [Fact]
    public async Task An_event_that_is_refused_or_lost_is_in_the_log_and_can_be_sent_again()
    {
        await using var host = await StartAsync();
        await AddAdAsync(host);
        await using var reader = await OpenAsync(host, Screen.Phone);
        await GetAdAsync(reader);
        await reader.FailAsync("/ad_event", 503, "Too many events are waiting; try again");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Watch to the end" }).ClickAsync();
        await Expect(Log(reader).Locator("tbody tr").First).ToContainTextAsync("503 Too many events are waiting; try again");
        await reader.Page.UnrouteAllAsync();
        await Log(reader).GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await Expect(Log(reader).Locator("tbody tr").First).ToContainTextAsync("201 Event logged");
        await ExpectChangesAsync(reader, deliveries: 1, views: 1);
        await reader.EndAsync();
    }

    [Fact]
    public async Task Where_apps_need_a_key_it_asks_for_one_and_the_reader_stays_signed_in()
    {
        await using var scene = await SignInScene.StartAsync(("Access:RequireAppKey", "true"));
        await scene.AddDeveloperAsync("dev@example.com");
        await scene.Closed.AddPerformerAsync(Portal.Email);
        await scene.Closed.AddAdAsync(Portal.Email);
        var key = await scene.Closed.MakeTokenAsync("app", new { packages = Packages });
        await using var reader = await OpenAsync(scene.Host, Screen.Desktop, "401");
        await SignInAsync(reader, "dev@example.com");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Get the next ad" }).ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This server asks apps for a key");
        await reader.Page.GetByLabel("App key").FillAsync(key);
        await GetAdAsync(reader);
        await Expect(reader.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Watch to the end" }).ClickAsync();
        await Expect(Log(reader).Locator("tbody tr").First).ToContainTextAsync("201 Event logged");
        await reader.EndAsync();
    }

    [Fact]
    public async Task An_advertiser_who_gets_an_ad_of_somebody_else_plays_it_and_is_not_shown_its_numbers()
    {
        await using var scene = await SignInScene.StartAsync();
        await scene.AddPerformerAsync("bob@example.com");
        await scene.Closed.AddPerformerAsync(Portal.Email);
        await scene.Closed.AddAdAsync(Portal.Email);
        await using var reader = await OpenAsync(scene.Host, Screen.Phone, "40");
        await SignInAsync(reader, "bob@example.com");
        await GetAdAsync(reader);
        await Expect(reader.Page.GetByText("The statistics of this ad are not yours to see.")).ToBeVisibleAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Watch to the end" }).ClickAsync();
        await Expect(Log(reader).Locator("tbody tr").First).ToContainTextAsync("201 Event logged");
        await reader.EndAsync();
    }

    private static async Task SignInAsync(Reader reader, string email)
    {
        await reader.Page.GetByLabel("E-mail").FillAsync(email);
        await reader.Page.GetByLabel("Password").FillAsync(SignInScene.Password);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static string Today => $"from={DateTime.UtcNow:yyyy-MM-dd}&to={DateTime.UtcNow:yyyy-MM-dd}";

    /// <summary>A headless browser counts as a robot, so nothing is rated here.</summary>
    private static Task<AdServerHost> StartAsync() =>
        AdServerHost.StartAsync(new() { ["Serving:SignDeliveries"] = "true", ["Traffic:Rules"] = "none" }, realTime: true);

    private static async Task<string> AddAdAsync(AdServerHost host)
    {
        var portal = new Portal(host);
        await portal.SignUpAsync();
        return await portal.AddAdAsync("Try me");
    }

    /// <summary>Opens the page with a clock that the test moves, where no video can be loaded.</summary>
    private Task<Reader> OpenAsync(AdServerHost host, Screen screen, string? expected = null, ColorScheme scheme = ColorScheme.Light, [CallerMemberName] string test = "") =>
        Reader.OpenAsync(browser, host.Client.BaseAddress!, Place, screen, scheme, test: test, prepare: async reader =>
        {
            reader.Expected.AddRange(["cdn.example.com", "ERR_FAILED", expected ?? "ERR_FAILED"]);
            await reader.Page.Clock.InstallAsync();
            await reader.Page.RouteAsync("https://cdn.example.com/**", route => route.AbortAsync());
        });

    private static async Task GetAdAsync(Reader reader)
    {
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Get the next ad" }).ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { NameRegex = new Regex("^The ad:") })).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Button, new() { Name = "Watch to the end" })).ToBeEnabledAsync();
        await Expect(reader.Page.GetByText("The video cannot be loaded from here")).ToBeVisibleAsync();
        // Time that is moved on before the ad begins to run is not watched.
        await Expect(reader.Page.GetByText("Watched", new() { Exact = false }).First).Not.ToContainTextAsync("0.00");
    }

    private static ILocator Log(Reader reader) => reader.Table("Sent and answered");

    /// <summary>
    /// What the numbers of the ad changed by since it was handed out; the page asks every two seconds. Deliveries, which follow within a second and so
    /// may be in either number, are all that there were.
    /// </summary>
    private static async Task ExpectChangesAsync(Reader reader, int deliveries, int views = 0, int clicks = 0, int skips = 0)
    {
        await ExpectAsync(reader, "Deliveries", 0, $"{deliveries}");
        foreach (var (name, by) in Changes.Zip([views, clicks, skips, 0]))
        {
            await ExpectAsync(reader, name, 1, by == 0 ? string.Empty : $"+{by}");
        }
    }

    private static Task ExpectAsync(Reader reader, string number, int column, string text) =>
        Expect(reader.Table("Its numbers today (UTC)").Locator("tbody tr")
                .Filter(new() { Has = reader.Page.GetByRole(AriaRole.Rowheader, new() { Name = number, Exact = true }) }).Locator("td").Nth(column))
            .ToHaveTextAsync(text, new() { Timeout = 15_000 });
}
