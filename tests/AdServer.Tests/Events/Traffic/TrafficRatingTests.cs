using AdServer.Catalog;
using AdServer.Events;
using AdServer.Tests.Serving;
using Xunit;

namespace AdServer.Tests.Events.Traffic;

/// <summary>What the windows hold of requests that are answered in different ways.</summary>
public sealed class TrafficRatingTests : IAsyncDisposable
{
    private readonly DeviceWindows windows = new(100);
    private readonly KnownDelivered delivered = new();
    private readonly CatalogRefresher catalog = new(new ServingHost.FixedCatalog([TrafficScene.Ad]));
    private TrafficRating rating = null!;

    [Fact]
    public async Task A_full_queue_leaves_nothing_in_the_windows()
    {
        await StartAsync();
        var pending = await RateAsync(TrafficScene.View, TrafficScene.View);
        Assert.Equal([TrafficFlaw.None, TrafficFlaw.Repeat], pending.Events.Select(one => one.Flaw));

        rating.Settle(pending, LogOutcome.QueueFull);

        Assert.Equal(0, windows.Held);
    }

    [Fact]
    public async Task Of_a_committed_request_only_duplicates_leave_the_windows()
    {
        await StartAsync();
        var pending = await RateAsync(TrafficScene.View with { EventId = "a" }, TrafficScene.View with { EventId = "a" }, TrafficScene.View with { Type = EventType.Click });
        pending.Commit([AppendOutcome.Stored, AppendOutcome.Duplicate, AppendOutcome.Stored]);

        rating.Settle(pending, LogOutcome.Committed);

        Assert.Equal(3, windows.Note(TrafficScene.View with { EventId = "b" }).InMinute);
        Assert.True(windows.Note(TrafficScene.View with { EventId = "c" }).IsRepeat);
    }

    [Fact]
    public async Task Nobody_is_asked_about_pairs_that_are_known_or_while_the_rule_is_off()
    {
        await StartAsync();
        await RateAsync(TrafficScene.View);
        Assert.Equal(0, delivered.Questions);

        delivered.IsKnown = false;
        await RateAsync(TrafficScene.View, TrafficScene.View with { DeviceId = "two" });
        Assert.Equal(1, delivered.Questions);

        await StartAsync("robot,repeat");
        await RateAsync(TrafficScene.View);
        Assert.Equal(1, delivered.Questions);
    }

    [Fact]
    public async Task An_ad_that_was_removed_a_moment_ago_is_nothing_to_ask_about()
    {
        await StartAsync();
        delivered.IsKnown = false;

        var pending = await RateAsync(TrafficScene.View with { AdId = "removed" });

        Assert.Equal((TrafficFlaw.None, 0), (pending.Events[0].Flaw, delivered.Questions));
    }

    public async ValueTask DisposeAsync()
    {
        await catalog.StopAsync(CancellationToken.None);
        catalog.Dispose();
    }

    private async Task StartAsync(string? rules = null)
    {
        await catalog.StartAsync(TestContext.Current.CancellationToken);
        var settings = new TrafficSettings();
        var robots = RobotAgents.Read(RobotAgents.ShippedPath);
        rating = new TrafficRating(
            new TrafficRules(settings with { Rules = rules ?? settings.Rules }, robots), windows, delivered, catalog, new KnownPackages(10, AdEvent.OtherPackage));
    }

    private async Task<PendingAppend> RateAsync(params AdEvent[] events)
    {
        var pending = new PendingAppend();
        Array.ForEach(events, pending.Add);
        await rating.RateAsync(pending);
        return pending;
    }

    /// <summary>Knows all pairs or none, and is asked.</summary>
    private sealed class KnownDelivered : IDeliveredAds
    {
        public bool IsKnown { get; set; } = true;

        public int Questions { get; private set; }

        public bool Contains(Package package, CatalogAd ad) => IsKnown;

        public ValueTask<bool> LearnAsync(IReadOnlyCollection<(Package Package, CatalogAd Ad)> pairs, CancellationToken cancellation)
        {
            Questions += pairs.Count;
            return ValueTask.FromResult(true);
        }
    }
}
