using System.Text.Json;
using AdServer.Catalog;
using AdServer.Events;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>Signed deliveries from the ad document to the report, on a host that signs.</summary>
public sealed class SignedDeliveryTests : IAsyncLifetime
{
    private readonly JournalGate gate = new();
    private AdServerHost host = null!;
    private Portal portal = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync(new() { ["Serving:SignDeliveries"] = "true", ["Serving:MaxPackages"] = "2" }, gate.Install);
        portal = new Portal(host);
        await portal.SignUpAsync();
        adId = await portal.AddAdAsync();
        host.Clock.Advance(SigningKeyRefresher.Lead);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task The_document_of_a_delivered_ad_is_the_kept_one_with_one_more_member()
    {
        var kept = host.Get<CatalogRefresher>().Current.Find(adId)!.Body;

        var answer = await new Sdk(host).AskAsync();

        var delivery = answer.Succeeds().Text("delivery");
        Assert.Equal($"{System.Text.Encoding.UTF8.GetString(kept)[..^1]},\"delivery\":\"{delivery}\"}}", answer.Text);
        Assert.False((await host.GetAsync($"/ads/{adId}")).Succeeds().TryGetProperty("delivery", out _));
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/ads/random?packageName={Sdk.Package}");
        using var head = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(answer.Text.Length, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Every_event_of_a_showing_that_returns_it_is_verified_and_no_other()
    {
        var delivery = await DeliveryAsync();

        (await SendAsync(delivery)).Has(201);
        (await SendAsync(delivery, "click")).Has(201);
        (await SendAsync(null)).Has(201);
        (await SendAsync(delivery, package: "com.example.other")).Has(201);
        (await SendAsync(delivery[..^1] + (delivery[^1] == 'A' ? "Q" : "A"))).Has(201);
        (await SendAsync("whatever it is")).Has(201);
        (await SendAsync(new string('x', 5000))).Has(201);
        (await host.PostAsync("/ad_events", new[] { Event(delivery, "exit"), Event("", "exit") })).Has(200);

        Assert.Equal([true, true, false, false, false, false, false, true, false], gate.Stored.Select(one => one.IsVerified));
    }

    [Fact]
    public async Task An_app_is_known_by_the_name_that_it_gives_also_where_it_is_counted_with_others()
    {
        foreach (var name in (string[])["one", "two", "three \u00e4", "four+&"])
        {
            var delivery = (await new Sdk(host, name).AskAsync()).Succeeds().Text("delivery");
            await SendAsync(delivery, package: $" {name} ");
            await SendAsync(delivery, package: $"{name}x");
        }

        Assert.Equal([true, false, true, false, true, false, true, false], gate.Stored.Select(one => one.IsVerified));
        Assert.Contains(gate.Stored, one => one.IsOtherPackage && one.IsVerified);
    }

    [Fact]
    public async Task It_is_verified_days_later_and_after_a_restart_and_not_when_it_is_too_old()
    {
        var delivery = await DeliveryAsync();

        host.Clock.Advance(TimeSpan.FromDays(3));
        await SendAsync(delivery);
        await host.RestartAsync();
        await SendAsync(delivery);
        host.Clock.Advance(TimeSpan.FromDays(4) + TimeSpan.FromSeconds(1));
        await SendAsync(delivery);

        Assert.Equal([true, true, false], gate.Stored.Select(one => one.IsVerified));
    }

    [Fact]
    public async Task A_verified_event_is_of_a_delivered_ad_though_nobody_remembers_that_it_was_handed_out()
    {
        Span<byte> text = stackalloc byte[DeliverySignature.MaxLength];
        var length = host.Get<SignedDeliveries>().Sign(adId, "com.example.forgotten", host.Clock.GetUtcNow(), text);
        var delivery = System.Text.Encoding.ASCII.GetString(text[..length]);

        await SendAsync(delivery, package: "com.example.forgotten");
        await SendAsync(null, "click", package: "com.example.forgotten");

        Assert.Equal([TrafficFlaw.None, TrafficFlaw.NotDelivered], gate.Stored.Select(one => one.Flaw));
    }

    [Fact]
    public async Task Reports_of_verified_traffic_count_verified_events_without_a_flaw()
    {
        var delivery = await DeliveryAsync();
        await SendAsync(delivery, seconds: 7);
        await SendAsync(delivery, seconds: 86_400);
        await SendAsync(null);

        var ad = (await portal.AdStatsAsync(adId, "?traffic=verified"));
        Assert.Equal((1, 7, false), (ad.Number("views"), ad.Number("avgWatchDuration"), ad.TryGetProperty("invalid", out _)));
        Assert.Equal(3, (await portal.AdStatsAsync(adId)).Number("views"));
        Assert.Equal(2, (await portal.AdStatsAsync(adId, "?traffic=net")).Number("views"));
        var report = await portal.ReadAsync("/stats?groupBy=package,eventType&traffic=VERIFIED");
        Assert.Equal([1, 0, 0, 0], report.GetProperty("rows").EnumerateArray().Select(row => (int)row.Number("events")));
        var days = (await portal.ReadAsync($"/ads/{adId}/stats/daily?traffic=verified")).GetProperty("days");
        Assert.Equal(1, Assert.Single(days.EnumerateArray()).Number("views"));
        (await host.GetAsync("/stats?traffic=verified&asOf=2026-11-20T10:10:00Z")).Has(400);
    }

    [Fact]
    public async Task What_signatures_are_worth_is_counted_and_nothing_tells_a_secret()
    {
        var delivery = await DeliveryAsync();
        await SendAsync(delivery);
        await SendAsync(delivery, package: "com.example.other");
        await SendAsync("no signature");
        await SendAsync(null);

        var page = (await host.GetAsync("/metrics")).Text;

        Assert.Contains("adserver_events_deliveries_total{outcome=\"verified\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("adserver_events_deliveries_total{outcome=\"forged\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("adserver_events_deliveries_total{outcome=\"malformed\"} 1\n", page, StringComparison.Ordinal);
        foreach (var key in await host.Get<ISigningKeyStore>().ListSigningKeysAsync(TestContext.Current.CancellationToken))
        {
            var secret = System.Buffers.Text.Base64Url.EncodeToString(key.Secret);
            Assert.DoesNotContain(secret, page, StringComparison.Ordinal);
            Assert.DoesNotContain(host.Log.Entries, entry => $"{entry.Message} {entry.Exception}".Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_host_that_does_not_sign_serves_and_counts_as_it_always_did()
    {
        var delivery = await DeliveryAsync();
        host.Change("Serving:SignDeliveries", "false");
        await host.RestartAsync();

        var answer = await new Sdk(host).AskAsync();
        (await SendAsync(delivery)).Has(201);

        Assert.Equal(System.Text.Encoding.UTF8.GetString(host.Get<CatalogRefresher>().Current.Find(adId)!.Body), answer.Text);
        Assert.False(Assert.Single(gate.Stored).IsVerified);
        var report = await portal.ReadAsync("/stats?groupBy=ad&traffic=verified");
        Assert.Equal(0, Assert.Single(report.GetProperty("rows").EnumerateArray()).Number("events"));
        Assert.DoesNotContain("adserver_events_deliveries_total{", (await host.GetAsync("/metrics")).Text, StringComparison.Ordinal);
    }

    private async Task<string> DeliveryAsync() => (await new Sdk(host).AskAsync()).Succeeds().Text("delivery");

    private Dictionary<string, object?> Event(string? delivery, string type = "view", double seconds = 5, string package = Sdk.Package) => new()
    {
        ["adId"] = adId,
        ["timestamp"] = Sdk.Timestamp(host.Clock.GetUtcNow()),
        ["delivery"] = delivery,
        ["eventDetails"] = new { packageName = package, eventType = type, watchDuration = seconds },
    };

    private Task<Answer> SendAsync(string? delivery, string type = "view", double seconds = 5, string package = Sdk.Package) =>
        host.PostAsync("/ad_event", JsonSerializer.Serialize(Event(delivery, type, seconds, package)));
}
