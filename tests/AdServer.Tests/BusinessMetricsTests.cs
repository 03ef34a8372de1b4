using AdServer.Stats;
using AdServer.Tests.Events;
using Xunit;

namespace AdServer.Tests;

/// <summary>What the one who runs a server reads of its business at <c>/metrics</c>, by the names that alerts are written against.</summary>
public sealed class BusinessMetricsTests
{
    [Fact]
    public async Task Events_are_counted_by_outcome_and_reason_and_their_commits_by_size_and_time()
    {
        var gate = new JournalGate();
        await using var host = await AdServerHost.StartAsync(services: gate.Install);
        var sdk = new Sdk(host);
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        await sdk.ReportsAsync(adId, eventId: "a");
        await sdk.SendAsync(adId, eventId: "a");
        await sdk.SendAsync("unknown");
        await sdk.SendAsync(adId, "tap");
        gate.Fault = JournalGate.DiskFull;
        await sdk.SendAsync(adId);

        await AssertAsync(
            host,
            """adserver_events_total{outcome="logged"} 1""",
            """adserver_events_total{outcome="duplicate"} 1""",
            """adserver_events_total{outcome="unavailable"} 1""",
            """adserver_events_total{outcome="rejected",reason="unknown_ad"} 1""",
            """adserver_events_total{outcome="rejected",reason="invalid_event_type"} 1""",
            """adserver_events_batch_size_bucket{le="1"} 2""",
            "adserver_events_commit_duration_seconds_count 2",
            "adserver_events_queue_depth 0");
    }

    [Fact]
    public async Task The_queue_and_the_lag_of_the_roll_up_are_shown_as_they_are()
    {
        var gate = new JournalGate();
        await using var host = await AdServerHost.StartAsync(services: gate.Install);
        var sdk = new Sdk(host);
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        gate.Close();
        var waiting = host.PostAsync("/ad_events", new[] { sdk.Event(adId), sdk.Event(adId) });
        await gate.Arrived;
        await AssertAsync(host, "adserver_events_queue_depth 2");
        gate.Open();
        await waiting;

        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);

        await AssertAsync(
            host, "adserver_rollup_events_total 2", "adserver_rollup_position 1", "adserver_rollup_lag_events 0", "adserver_rollup_lag_seconds 0");
    }

    [Fact]
    public async Task Fills_no_fills_and_packages_beyond_the_bound_are_counted()
    {
        await using var host = await AdServerHost.StartAsync(new() { ["Serving:MaxPackages"] = "1" });
        await new Portal(host).SignUpAsync();
        await new Sdk(host, "a").AskAsync();
        var adId = await new Portal(host).AddAdAsync();
        await new Sdk(host, "a").NextAdAsync();
        await new Sdk(host, "b").NextAdAsync();
        await new Sdk(host, "b").ReportsAsync(adId);
        await host.GetAsync("/ads/random");

        await AssertAsync(
            host,
            """adserver_serving_requests_total{outcome="fill"} 2""",
            """adserver_serving_requests_total{outcome="no_fill"} 1""",
            """adserver_serving_requests_total{outcome="bad_request"} 1""",
            "adserver_serving_other_requests_total 1",
            "adserver_events_other_packages_total 1",
            "adserver_serving_packages 1");
    }

    private static async Task AssertAsync(AdServerHost host, params string[] lines)
    {
        var page = (await host.GetAsync("/metrics")).Text.Split('\n');
        Assert.All(lines, line => Assert.Contains(line, page));
    }
}
