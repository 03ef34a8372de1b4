using System.Net.Http.Json;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>How events are rated at their receipt, read where they go into the journal.</summary>
public sealed class TrafficEndpointTests : IAsyncLifetime
{
    private const string Phone = "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)";

    private readonly JournalGate gate = new();
    private AdServerHost host = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync(new() { ["Traffic:MaxEventsPerMinute"] = "4" }, gate.Install);
        await new Portal(host).SignUpAsync();
        adId = await new Portal(host).AddAdAsync();
        await new Sdk(host).NextAdAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task An_ordinary_event_has_no_flaw_and_keeps_the_user_agent()
    {
        await SendAsync(Event(), Phone);

        var stored = Assert.Single(gate.Stored);
        Assert.Equal((TrafficFlaw.None, Phone), (stored.Flaw, stored.UserAgent));
    }

    [Theory]
    [InlineData("/ad_event")]
    [InlineData("/api/ad_event")]
    [InlineData("/ad_events")]
    public async Task An_event_of_a_robot_is_answered_like_any_other_and_has_its_flaw(string path)
    {
        var body = path.EndsWith('s') ? new[] { Event(), Event() } : Event();

        Assert.InRange((await SendAsync(body, "python-requests/2.31.0", path)).Status, 200, 201);

        Assert.All(gate.Stored, one => Assert.Equal((TrafficFlaw.Robot, "python-requests/2.31.0"), (one.Flaw, one.UserAgent)));
        Assert.NotEmpty(gate.Stored);
    }

    [Fact]
    public async Task An_ad_that_was_never_handed_out_to_the_app_is_told_from_one_that_was()
    {
        await SendAsync(Event(package: "com.example.stranger"));
        await new Sdk(host, "com.example.stranger").NextAdAsync();
        await SendAsync(Event(package: "com.example.stranger", device: "other"));

        AssertFlaws(TrafficFlaw.NotDelivered, TrafficFlaw.None);
    }

    [Fact]
    public async Task A_skip_before_the_ad_can_be_skipped_is_impossible()
    {
        await SendAsync(Event("skip", seconds: 3.9));
        await SendAsync(Event("skip", seconds: 4, device: "other"));
        await SendAsync(Event("exit", seconds: 630.5));

        AssertFlaws(TrafficFlaw.ImpossibleWatch, TrafficFlaw.None, TrafficFlaw.ImpossibleWatch);
    }

    [Fact]
    public async Task The_same_again_within_the_second_is_a_repeat_and_no_more_in_the_next()
    {
        await SendAsync(Event());
        await SendAsync(Event());
        await SendAsync(Event(device: "other"));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(Event());

        AssertFlaws(TrafficFlaw.None, TrafficFlaw.Repeat, TrafficFlaw.None, TrafficFlaw.None);
    }

    [Fact]
    public async Task More_events_of_a_device_than_a_person_causes_are_too_many_until_the_minute_is_over()
    {
        for (var second = 0; second < 6; second++)
        {
            await SendAsync(Event());
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(Event());

        AssertFlaws(
            TrafficFlaw.None, TrafficFlaw.None, TrafficFlaw.None, TrafficFlaw.None, TrafficFlaw.Rate, TrafficFlaw.Rate, TrafficFlaw.None);
    }

    [Fact]
    public async Task Events_of_a_batch_are_rated_in_their_order_as_if_they_came_alone()
    {
        object[] batch = [Event(), Event("click"), Event(), Event(package: "com.example.stranger"), Event("skip", device: "other"), new { }, Event("exit")];

        Assert.Equal(1, (await SendAsync(batch, Phone, "/ad_events")).Succeeds().Number("rejected"));

        AssertFlaws(
            TrafficFlaw.None, TrafficFlaw.None, TrafficFlaw.Repeat, TrafficFlaw.NotDelivered, TrafficFlaw.ImpossibleWatch, TrafficFlaw.Rate);
    }

    [Fact]
    public async Task What_could_not_be_stored_and_is_sent_again_is_no_repeat_of_itself()
    {
        gate.Fault = JournalGate.DiskFull;
        for (var attempt = 0; attempt < 6; attempt++)
        {
            (await SendAsync(Event())).IsError(503, "The event could not be stored; try again");
            await SendAsync(new[] { Event("click", id: "c"), Event("exit") }, Phone, "/ad_events");
        }

        gate.Fault = null;
        await SendAsync(Event());
        await SendAsync(new[] { Event("click", id: "c"), Event("exit") }, Phone, "/ad_events");

        AssertFlaws(TrafficFlaw.None, TrafficFlaw.None, TrafficFlaw.None);
        // Three reports, and one device.
        Assert.Equal(4, host.Get<DeviceWindows>().Held);
    }

    [Fact]
    public async Task What_is_sent_again_under_its_identity_is_neither_a_repeat_nor_one_more()
    {
        for (var attempt = 0; attempt < 6; attempt++)
        {
            await SendAsync(Event(id: "a"));
        }

        await SendAsync(Event("click"));
        await SendAsync(Event(id: "b"));

        AssertFlaws(TrafficFlaw.None, TrafficFlaw.None, TrafficFlaw.Repeat);
    }

    [Fact]
    public async Task A_restart_does_not_forget_what_was_handed_out()
    {
        await host.RestartAsync();

        await SendAsync(Event());
        await SendAsync(Event(package: "com.example.stranger"));

        AssertFlaws(TrafficFlaw.None, TrafficFlaw.NotDelivered);
        Assert.Equal(1, host.Get<DeliveredAds>().Pairs);
    }

    [Fact]
    public async Task A_user_agent_is_kept_cut_and_never_logged()
    {
        var secret = new string('s', 400);

        await SendAsync(Event(), secret);
        gate.Fault = JournalGate.DiskFull;
        await SendAsync(Event(), secret);

        Assert.Equal(secret[..UserAgents.MaxLength], Assert.Single(gate.Stored).UserAgent);
        Assert.DoesNotContain(host.Log.Entries, entry => $"{entry.Message} {entry.Exception}".Contains(secret[..50], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stored_events_are_counted_by_flaw()
    {
        await SendAsync(Event());
        await SendAsync(Event());
        await SendAsync(Event(package: "com.example.stranger", id: "x"));
        await SendAsync(Event(package: "com.example.stranger", id: "x"));

        var page = (await host.GetAsync("/metrics")).Text.Split('\n');

        Assert.Contains("""adserver_events_flawed_total{flaw="repeat"} 1""", page);
        Assert.Contains("""adserver_events_flawed_total{flaw="not_delivered"} 1""", page);
        Assert.Contains("adserver_events_unwatched_total 0", page);
        Assert.Contains("adserver_serving_delivered 1", page);
    }

    private void AssertFlaws(params TrafficFlaw[] expected) => Assert.Equal(expected, gate.Stored.Select(one => one.Flaw));

    private object Event(
        string type = "view", double seconds = 2, string package = Sdk.Package, string device = "one", string? id = null) => new
        {
            adId,
            timestamp = Sdk.Timestamp(host.Clock.GetUtcNow()),
            eventId = id,
            eventDetails = new { packageName = package, eventType = type, watchDuration = seconds, deviceId = device },
        };

    private async Task<Answer> SendAsync(object body, string userAgent = Phone, string path = "/ad_event")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: ApiJson.Options) };
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        return await Answer.ReadAsync(await host.Client.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
