using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>An event with an <c>eventId</c> counts once, ever.</summary>
public sealed class EventIdTests : IAsyncLifetime
{
    private const string Repeated = """{"message":"Event already logged"}""";

    private AdServerHost host = null!;
    private Portal portal = null!;
    private Sdk sdk = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        (portal, sdk) = (new Portal(host), new Sdk(host));
        await portal.SignUpAsync();
        adId = await portal.AddAdAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_repeated_event_is_counted_once_before_and_after_a_roll_up_and_a_restart()
    {
        await sdk.ReportsAsync(adId, seconds: 3, eventId: "a");
        await RepeatAsync();

        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await RepeatAsync();

        await host.RestartAsync();
        await RepeatAsync();

        async Task RepeatAsync()
        {
            (await sdk.SendAsync(adId, seconds: 3, eventId: "a")).Is(200, Repeated);
            (await sdk.SendAsync(adId, "click", eventId: " a ")).Is(200, Repeated);
            var stats = await portal.AdStatsAsync(adId);
            Assert.Equal((1, 0, 3), (stats.Number("views"), stats.Number("clicks"), stats.Number("avgWatchDuration")));
        }
    }

    [Fact]
    public async Task Of_64_parallel_posts_of_one_eventId_exactly_one_is_logged()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => sdk.SendAsync(adId, eventId: "a")));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(200, Repeated));
        Assert.Equal(1, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task Without_an_eventId_nothing_is_a_repeat()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => sdk.SendAsync(adId)));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Equal(16, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task Identities_differ_in_case_and_are_the_same_for_all_ads()
    {
        var other = await portal.AddAdAsync();

        await sdk.ReportsAsync(adId, eventId: "a");
        await sdk.ReportsAsync(adId, eventId: "A");
        (await sdk.SendAsync(other, eventId: "a")).Is(200, Repeated);
    }

    [Fact]
    public async Task The_eventId_of_a_removed_ads_event_stays_used()
    {
        var other = await portal.AddAdAsync();
        await sdk.ReportsAsync(adId, eventId: "a");
        await portal.RemoveAsync(adId);
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await host.Get<SweepService>().SweepAsync(TestContext.Current.CancellationToken);

        (await sdk.SendAsync(other, eventId: "a")).Is(200, Repeated);
        await host.RestartAsync();
        (await sdk.SendAsync(other, eventId: "a")).Is(200, Repeated);

        Assert.Equal(0, (await portal.AdStatsAsync(other)).Number("views"));
    }
}
