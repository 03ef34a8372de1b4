using System.Text.RegularExpressions;
using AdServer.Commands.Simulation;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary>The simulated SDK against a small server, in time that jumps.</summary>
public sealed partial class SimulateTests : IDisposable
{
    private static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);

    private readonly TextConsole console = new();
    private readonly JumpingClock clock = new(TimeSpan.FromSeconds(20));

    public void Dispose() => console.Dispose();

    private Task<int> RunAsync(Uri url, int devices = 1, int packages = 1, bool newConnections = false) =>
        new SimulateCommand(console.Console, clock).RunAsync(
            new SimulateOptions(url, devices, AMinute, packages, 1, 20, newConnections), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Events_are_sent_byte_for_byte_as_the_SDK_sends_them()
    {
        await using var server = await FakeAdServer.StartAsync(_ => (200, FakeAdServer.Ad), _ => 201);

        Assert.Equal(0, await RunAsync(server.Url));

        Assert.NotEmpty(server.Events);
        Assert.All(server.Events, call => Assert.Matches(WireEvent(), call.Body));
        Assert.All(server.Events, call => Assert.Equal("application/json; charset=UTF-8", call.ContentType));
        Assert.All(server.Requests, call => Assert.Equal("/ads/random?packageName=com.example.game01", call.Path));
    }

    [Fact]
    public async Task Where_deliveries_are_signed_each_event_returns_the_signature_of_its_ad()
    {
        await using var server = await FakeAdServer.StartAsync(
            number => (200, FakeAdServer.Ad.Replace("\"ad-1\"", $"\"ad-{number}\",\"delivery\":\"key.1.{number}\"", StringComparison.Ordinal)), _ => 201);

        Assert.Equal(0, await RunAsync(server.Url));

        Assert.NotEmpty(server.Events);
        Assert.All(server.Events, call =>
        {
            var sent = System.Text.Json.JsonDocument.Parse(call.Body).RootElement;
            Assert.Equal(sent.Text("adId"), $"ad-{sent.Text("delivery")["key.1.".Length..]}");
        });
    }

    [Fact]
    public async Task All_types_of_events_occur()
    {
        await using var server = await FakeAdServer.StartAsync(_ => (200, FakeAdServer.Ad), _ => 201);

        Assert.Equal(0, await RunAsync(server.Url, devices: 5));

        var types = server.Events.Select(call => WireEvent().Match(call.Body).Groups["type"].Value).ToList();
        Assert.Equal(["click", "exit", "skip", "view"], types.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_click_sends_click_and_then_view()
    {
        var showings = Enumerable.Range(0, 500).Select(seed => Showing.Of(new HeldAd("a", 5, 10), new Random(seed))).ToList();

        var clicked = showings.Where(showing => showing.Events[0] == EventType.Click).ToList();
        Assert.NotEmpty(clicked);
        Assert.All(clicked, showing => Assert.Equal([EventType.Click, EventType.View], showing.Events));
        Assert.Contains(showings, showing => showing is { WatchDuration: 0, Events: [EventType.Exit] });
    }

    [Fact]
    public async Task An_app_that_starts_asks_for_two_ads_at_once()
    {
        using var second = new ManualResetEventSlim();
        var together = false;
        await using var server = await FakeAdServer.StartAsync(
            number =>
            {
                // The first answer waits for the second request, which one request after the other would never bring.
                together |= number == 1 && second.Wait(TimeSpan.FromSeconds(30));
                second.Set();
                return (200, FakeAdServer.Ad);
            },
            _ => 201);

        await RunAsync(server.Url);

        Assert.True(together);
    }

    [Fact]
    public async Task After_no_ad_it_asks_again_in_two_seconds()
    {
        await using var server = await FakeAdServer.StartAsync(_ => (204, ""), _ => 201);

        Assert.Equal(0, await RunAsync(server.Url));

        var asked = server.Requests.Count();
        Assert.InRange(asked, 20, 62);
        // Two run in parallel: what is answered after the end is not waited after.
        Assert.InRange(asked - clock.Waits.Count(wait => wait == Device.RetryAfterNoAd), 0, 2);
        Assert.Contains("no-fills", console.Text, StringComparison.Ordinal);
        Assert.Empty(server.Events);
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, "<html>")]
    [InlineData(200, """{"_id":"a"}""")]
    [InlineData(0, "")]
    public async Task After_an_error_it_asks_again_in_five_seconds(int status, string body)
    {
        await using var server = await FakeAdServer.StartAsync(_ => (status, body), _ => 201);

        Assert.Equal(1, await RunAsync(server.Url));

        Assert.InRange(server.Requests.Count(), 10, 26);
        Assert.Contains(Device.RetryAfterError, clock.Waits);
        Assert.DoesNotContain(Device.RetryAfterNoAd, clock.Waits);
    }

    [Fact]
    public async Task Every_status_but_success_is_no_ad_for_the_SDK_and_an_error_for_us()
    {
        await using var server = await FakeAdServer.StartAsync(_ => (503, ""), _ => 201);

        Assert.Equal(1, await RunAsync(server.Url));

        Assert.Contains(Device.RetryAfterNoAd, clock.Waits);
        Assert.Contains("GET ads/random: 503", console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_add_up_and_a_lost_event_is_not_sent_again()
    {
        await using var server = await FakeAdServer.StartAsync(
            number => number % 5 == 0 ? (204, "") : (200, FakeAdServer.Ad), number => (number % 4) switch { 0 => 500, 1 => 404, _ => 201 });

        Assert.Equal(1, await RunAsync(server.Url, devices: 3));

        var asked = server.Requests.Count();
        var sent = server.Events.Count();
        Assert.Equal(asked, Row("ad requests"));
        Assert.Equal(asked / 5, Row("no-fills"));
        Assert.Equal(asked - (asked / 5), Row("fills"));
        Assert.Equal(sent, Row("events"));
        Assert.Equal(sent / 4, Row("POST ad_event: 500"));
        Assert.Equal((sent + 3) / 4, Row("POST ad_event: 404"));
        Assert.Equal($"Events answered 201: {sent - (sent / 4) - ((sent + 3) / 4)}. Errors: {(sent / 4) + ((sent + 3) / 4)}.", console.Lines[^1]);
    }

    [Fact]
    public async Task Devices_are_shared_out_among_packages()
    {
        await using var server = await FakeAdServer.StartAsync(_ => (204, ""), _ => 201);

        await RunAsync(server.Url, devices: 5, packages: 2);

        Assert.Equal(
            ["/ads/random?packageName=com.example.game01", "/ads/random?packageName=com.example.game02"],
            server.Requests.Select(call => call.Path).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true, "close")]
    [InlineData(false, null)]
    public async Task Connections_are_kept_unless_told_otherwise(bool newConnections, string? header)
    {
        await using var server = await FakeAdServer.StartAsync(_ => (200, FakeAdServer.Ad), _ => 201);

        await RunAsync(server.Url, newConnections: newConnections);

        Assert.NotEmpty(server.Calls);
        Assert.All(server.Calls, call => Assert.Equal(header, call.Connection));
    }

    [Fact]
    public async Task A_server_that_is_not_ready_is_said_so()
    {
        await using var server = await FakeAdServer.StartAsync(_ => (204, ""), _ => 201, ready: 503);

        Assert.Equal(1, await RunAsync(server.Url));

        Assert.Equal([$"The server is not ready: {server.Url}health/ready answers 503."], console.Lines);
        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so()
    {
        var server = await FakeAdServer.StartAsync(_ => (204, ""), _ => 201);
        await server.DisposeAsync();

        Assert.Equal(1, await RunAsync(server.Url));

        Assert.StartsWith($"No server answers at {server.Url}health/ready.", Assert.Single(console.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_it_still_prints_the_table()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var server = await FakeAdServer.StartAsync(_ => (200, FakeAdServer.Ad), number =>
        {
            if (number == 3)
            {
                stop.Cancel();
            }

            return 201;
        });

        var options = new SimulateOptions(server.Url, 1, TimeSpan.FromDays(1), 1, 1, 20, false);
        Assert.Equal(0, await new SimulateCommand(console.Console, clock).RunAsync(options, stop.Token));

        Assert.Contains("GET ads/random", console.Text, StringComparison.Ordinal);
        Assert.Equal($"Events answered 201: {server.Events.Count()}. Errors: 0.", console.Lines[^1]);
    }

    /// <summary>The first number in the table row of that name.</summary>
    private long Row(string name) => long.Parse(
        Regex.Match(console.Text, $@"[│|]\s*{Regex.Escape(name)}\s*[│|]\s*(\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("""^\{"adId":"ad-1","timestamp":"2026-11-2\dT\d\d:\d\d:\d\d\.\d{3}Z","eventDetails":\{"packageName":"com\.example\.game0\d","eventType":"(?<type>view|click|skip|exit)","watchDuration":\d+(\.\d{1,3})?\}\}$""")]
    private static partial Regex WireEvent();
}
