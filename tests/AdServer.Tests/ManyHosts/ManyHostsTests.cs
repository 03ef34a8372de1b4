using System.Diagnostics;
using System.Text.Json;
using AdServer.Catalog;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.ManyHosts;

/// <summary>What one host writes, the others serve: changes of ads and performers, removals, and which ads an app has seen.</summary>
public sealed class ManyHostsTests
{
    [Fact]
    public async Task A_change_on_one_host_is_served_by_the_other_once_it_has_asked()
    {
        await using var hosts = await TwoHosts.StartAsync();
        var (portal, sdk) = (new Portal(hosts.A), new Sdk(hosts.B));
        var performerId = await portal.SignUpAsync();
        var adId = await portal.AddAdAsync("First");

        await TwoHosts.PollAsync(hosts.B);
        Assert.Equal("First Ann", await NextNamesAsync(sdk));

        await portal.ChangeAsync(adId, new { adName = "Second" });
        (await hosts.A.PutAsync($"/performers/{performerId}", new { name = "Bea" })).Succeeds();
        await TwoHosts.PollAsync(hosts.B);
        Assert.Equal("Second Bea", await NextNamesAsync(sdk));

        await portal.RemoveAsync(adId);
        await TwoHosts.PollAsync(hosts.B);
        Assert.Equal(204, (await sdk.AskAsync()).Status);
    }

    private static async Task<string> NextNamesAsync(Sdk sdk)
    {
        var ad = (await sdk.AskAsync()).Succeeds();
        return $"{ad.Text("name")} {ad.Text("performerName")}";
    }

    [Fact]
    public async Task A_host_asks_by_itself_every_second()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await TwoHosts.PollAsync(hosts.B);
        await new Portal(hosts.A).SignUpAsync();
        var adId = await new Portal(hosts.A).AddAdAsync();
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hosts.B.Get<CatalogRefresher>().Published += snapshot =>
        {
            if (snapshot.Find(adId) is not null)
            {
                served.TrySetResult();
            }
        };

        hosts.Clock.Advance(TimeSpan.FromSeconds(1));

        await served.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(adId, await new Sdk(hosts.B).NextAdAsync());
    }

    [Fact]
    public async Task An_event_for_an_ad_that_only_the_other_host_knows_is_logged_alone_and_in_a_batch()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await new Portal(hosts.A).SignUpAsync();
        var (one, other) = (await new Portal(hosts.A).AddAdAsync(), await new Portal(hosts.A).AddAdAsync());
        var sdk = new Sdk(hosts.B);

        Assert.Equal(201, (await hosts.B.PostAsync("/ad_event", sdk.Event(one))).Status);
        var batch = (await hosts.B.PostAsync("/ad_events", new[] { sdk.Event(other), sdk.Event("no-ad") })).Succeeds();

        Assert.Equal((1, 1), (batch.Number("logged"), batch.Number("rejected")));
        Assert.Equal("Ann", (await sdk.AskAsync()).Succeeds().Text("performerName"));
    }

    [Fact]
    public async Task A_removed_ad_takes_no_event_on_any_host_that_has_heard_of_it_and_does_not_come_back()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await new Portal(hosts.A).SignUpAsync();
        var adId = await new Portal(hosts.A).AddAdAsync();
        await TwoHosts.PollAsync(hosts.B);

        await new Portal(hosts.A).RemoveAsync(adId);
        await TwoHosts.PollAsync(hosts.B);
        await TwoHosts.PollAsync(hosts.B);

        (await hosts.B.PostAsync("/ad_event", new Sdk(hosts.B).Event(adId))).IsError(404, "Ad not found");
        Assert.Equal(204, (await new Sdk(hosts.B).AskAsync()).Status);
    }

    [Fact]
    public async Task An_event_on_one_host_makes_its_ad_seen_on_the_other_also_if_the_ad_is_new_there()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await new Portal(hosts.A).SignUpAsync();
        var unseen = await new Portal(hosts.A).AddAdAsync();
        await TwoHosts.PollAsync(hosts.B);
        var seen = await new Portal(hosts.A).AddAdAsync(budget: "high");

        await hosts.A.PostAsync("/ad_event", new Sdk(hosts.A).Event(seen));
        await hosts.B.Get<SeenSetsRefresher>().PollAsync(TestContext.Current.CancellationToken);

        for (var turn = 0; turn < 20; turn++)
        {
            Assert.Equal(unseen, await new Sdk(hosts.B).NextAdAsync());
        }
    }

    [Fact]
    public async Task An_ad_that_is_nowhere_is_looked_up_once_a_second_at_most()
    {
        await using var hosts = await TwoHosts.StartAsync();
        var before = hosts.Catalog.AdsFound;

        await AskAsync();
        await AskAsync();
        Assert.Equal(before + 1, hosts.Catalog.AdsFound);
        hosts.Clock.Advance(TimeSpan.FromSeconds(1));
        await AskAsync();

        Assert.Equal(before + 2, hosts.Catalog.AdsFound);

        async Task AskAsync() => (await hosts.A.PostAsync("/ad_event", new Sdk(hosts.A).Event("no-ad"))).IsError(404, "Ad not found");
    }

    [Fact]
    public async Task While_the_store_is_away_an_unknown_ad_is_no_404_and_what_is_known_is_served()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await new Portal(hosts.A).SignUpAsync();
        var known = await new Portal(hosts.A).AddAdAsync();
        await TwoHosts.PollAsync(hosts.B);
        var unknown = await new Portal(hosts.A).AddAdAsync();

        hosts.Catalog.IsAway = true;
        var refused = await hosts.B.PostAsync("/ad_event", new Sdk(hosts.B).Event(unknown));
        var batch = await hosts.B.PostAsync("/ad_events", JsonSerializer.Serialize(new[] { new Sdk(hosts.B).Event(unknown) }));
        var mixed = (await hosts.B.PostAsync("/ad_events", new[] { new Sdk(hosts.B).Event(unknown), new Sdk(hosts.B).Event(known), new Sdk(hosts.B).Event("") }))
            .Succeeds();
        Assert.Equal((503, 503), (refused.Status, batch.Status));
        Assert.Equal(
            ["unavailable", null, "invalid_ad_id"],
            mixed.GetProperty("results").EnumerateArray().Select(one => one.TryGetProperty("reason", out var reason) ? reason.GetString() : null));
        Assert.Equal(known, await new Sdk(hosts.B).NextAdAsync());

        hosts.Catalog.IsAway = false;
        Assert.Equal(201, (await hosts.B.PostAsync("/ad_event", new Sdk(hosts.B).Event(unknown))).Status);
    }

    [Fact]
    public async Task A_host_that_does_not_hear_of_the_others_is_degraded_and_says_what_is_missing()
    {
        await using var hosts = await TwoHosts.StartAsync();
        const string Loss = "until it does changes that other hosts make are not served";

        hosts.Catalog.IsAway = true;
        hosts.Clock.Advance(TimeSpan.FromSeconds(1));
        await ReadyAsync(text => text.Contains(Loss, StringComparison.Ordinal) && text.Contains("degraded", StringComparison.Ordinal));
        hosts.Catalog.IsAway = false;
        hosts.Clock.Advance(TimeSpan.FromSeconds(1));
        await ReadyAsync(text => !text.Contains(Loss, StringComparison.Ordinal));

        async Task ReadyAsync(Predicate<string> isSo)
        {
            for (var started = Stopwatch.StartNew(); !isSo((await hosts.B.GetAsync("/health/ready")).Text);)
            {
                Assert.True(started.Elapsed < TimeSpan.FromSeconds(30), "The health page never said so");
            }
        }
    }

    [Fact]
    public async Task What_was_missed_is_found_when_everything_is_read_a_minute_later()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await TwoHosts.PollAsync(hosts.B);
        hosts.Catalog.IsForgetful = true;
        await new Portal(hosts.A).SignUpAsync();
        var adId = await new Portal(hosts.A).AddAdAsync();

        await TwoHosts.PollAsync(hosts.B);
        Assert.Null(hosts.B.Get<CatalogRefresher>().Current.Find(adId));
        Assert.True(await hosts.B.Get<WholeCatalogRefresher>().PollAsync(TestContext.Current.CancellationToken));

        Assert.NotNull(hosts.B.Get<CatalogRefresher>().Current.Find(adId));
    }

    [Fact]
    public async Task A_host_reads_everything_by_itself_every_minute()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await TwoHosts.PollAsync(hosts.B);
        hosts.Catalog.IsForgetful = true;
        await new Portal(hosts.A).SignUpAsync();
        var adId = await new Portal(hosts.A).AddAdAsync();
        // The timer may not run yet when the clock moves first.
        for (var started = Stopwatch.StartNew(); hosts.B.Get<CatalogRefresher>().Current.Find(adId) is null;)
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(30), "The ad was never served");
            hosts.Clock.Advance(TimeSpan.FromMinutes(1));
            await hosts.B.GetAsync("/health/live");
        }
    }

    [Fact]
    public async Task Asking_without_news_changes_nothing_that_is_served()
    {
        await using var hosts = await TwoHosts.StartAsync();
        await new Portal(hosts.A).SignUpAsync();
        await new Portal(hosts.A).AddAdAsync();
        await TwoHosts.PollAsync(hosts.B);
        var before = hosts.B.Get<CatalogRefresher>().Current;

        await TwoHosts.PollAsync(hosts.B);

        Assert.Same(before, hosts.B.Get<CatalogRefresher>().Current);
    }

    [Fact]
    public async Task A_host_that_alone_writes_to_its_store_asks_nobody()
    {
        await using var host = await AdServerHost.StartAsync();

        Assert.False(await host.Get<SharedCatalogRefresher>().PollAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Where_nobody_else_writes_an_unknown_ad_is_refused_without_asking_the_store()
    {
        await using var hosts = await TwoHosts.StartAsync();
        (hosts.Catalog.IsShared, hosts.Catalog.IsAway) = (false, true);
        var before = hosts.Catalog.AdsFound;

        (await hosts.A.PostAsync("/ad_event", new Sdk(hosts.A).Event("no-ad"))).IsError(404, "Ad not found");
        var batch = (await hosts.A.PostAsync("/ad_events", new[] { new Sdk(hosts.A).Event("no-ad"), new Sdk(hosts.A).Event("nor-this") })).Succeeds();

        Assert.Equal(2, batch.Number("rejected"));
        Assert.Equal(before, hosts.Catalog.AdsFound);
    }
}
