using AdServer.Catalog;
using AdServer.Events;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.ManyHosts;

/// <summary>An ad that one host hands out and whose events come to another.</summary>
public sealed class DeliveredOnOtherHostTests : IAsyncLifetime
{
    private TwoHosts hosts = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        hosts = await TwoHosts.StartAsync();
        await new Portal(hosts.A).SignUpAsync();
        adId = await new Portal(hosts.A).AddAdAsync();
        await TwoHosts.PollAsync(hosts.B);
    }

    public ValueTask DisposeAsync() => hosts.DisposeAsync();

    [Fact]
    public async Task The_other_host_asks_the_store_once_and_knows_it_from_then_on()
    {
        await new Sdk(hosts.A).NextAdAsync();
        await FlushAsync();

        await new Sdk(hosts.B).ReportsAsync(adId);
        await new Sdk(hosts.B).ReportsAsync(adId);

        Assert.Equal([TrafficFlaw.None, TrafficFlaw.None], Flaws);
        Assert.Equal(1, hosts.Delivered.Questions);
    }

    [Fact]
    public async Task What_nobody_handed_out_is_asked_for_once_a_second_at_most_also_in_a_batch()
    {
        var sdk = new Sdk(hosts.B);
        await sdk.ReportsAllAsync(Enumerable.Repeat(sdk.Event(adId), 100));
        await sdk.ReportsAsync(adId);
        Assert.Equal(1, hosts.Delivered.Questions);

        await new Sdk(hosts.A).NextAdAsync();
        await FlushAsync();
        hosts.Clock.Advance(TimeSpan.FromSeconds(1));
        await sdk.ReportsAsync(adId);

        Assert.Equal(2, hosts.Delivered.Questions);
        Assert.Equal([.. Enumerable.Repeat(TrafficFlaw.NotDelivered, 101), TrafficFlaw.None], Flaws);
    }

    [Fact]
    public async Task What_the_store_cannot_say_is_not_held_against_an_event()
    {
        hosts.Delivered.IsAway = true;
        await new Sdk(hosts.B).ReportsAsync(adId);
        hosts.Delivered.IsAway = false;
        await new Sdk(hosts.B).ReportsAsync(adId);

        Assert.Equal([TrafficFlaw.None, TrafficFlaw.NotDelivered], Flaws);
    }

    [Fact]
    public async Task A_host_that_starts_knows_what_others_have_handed_out()
    {
        await new Sdk(hosts.A).NextAdAsync();
        await FlushAsync();
        await hosts.B.RestartAsync();

        await new Sdk(hosts.B).ReportsAsync(adId);

        Assert.Equal(0, hosts.Delivered.Questions);
        Assert.Equal([TrafficFlaw.None], Flaws);
    }

    [Fact]
    public async Task Nobody_waits_for_a_store_that_is_slow()
    {
        var package = new Package("com.example.slow", 7);
        hosts.Delivered.Hold();
        var asked = hosts.B.Get<DeliveredAds>()
            .LearnAsync([(package, hosts.B.Get<CatalogRefresher>().Current.Find(adId)!)], TestContext.Current.CancellationToken).AsTask();
        Assert.False(asked.IsCompleted);

        hosts.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False(await asked.WaitAsync(TestContext.Current.CancellationToken));
        hosts.Delivered.LetGo();
    }

    private IEnumerable<TrafficFlaw> Flaws => hosts.Events.Stored.Select(one => one.Flaw);

    private Task FlushAsync() => hosts.A.Get<DeliveryWriter>().FlushAsync(TestContext.Current.CancellationToken);
}
