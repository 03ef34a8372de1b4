using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>The parameters <c>from</c> and <c>to</c>, which all statistics take.</summary>
public sealed class DateRangeTests(SharedHost shared) : IClassFixture<SharedHost>
{
    /// <summary>Ranges and what they hold of an event each on 22 October, 19, 20 and 21 November.</summary>
    private static readonly (string Query, int Views)[] Ranges =
    [
        ("", 4),
        ("?from=&to=", 4),
        ("?from=2026-11-20", 2),
        ("?to=2026-11-20", 3),
        ("?from=2026-11-20&to=2026-11-20", 1),
        ("?from=2026-11-20&to=2026-11-21", 2),
        ("?from=2026-11-21&to=2030-01-01", 1),
        ("?from=2026-11-17&to=2026-11-18", 0),
        ("?from=2027-01-01", 0),
    ];

    [Fact]
    public async Task Both_ends_are_inclusive_before_and_after_the_roll_up()
    {
        await using var host = await AdServerHost.StartAsync();
        var (portal, sdk) = (new Portal(host), new Sdk(host));
        var performerId = await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();
        foreach (var daysAgo in new[] { 30, 2, 1, 0 })
        {
            await sdk.ReportsAsync(adId, at: host.Clock.GetUtcNow().AddDays(-daysAgo));
        }

        await AssertRangesAsync();
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await AssertRangesAsync();

        async Task AssertRangesAsync()
        {
            foreach (var (query, views) in Ranges)
            {
                Assert.Equal((query, views), (query, (await portal.AdStatsAsync(adId, query)).Number("views")));
                Assert.Equal(views, (await portal.ReadAsync($"/performers/{performerId}/stats{query}")).GetProperty("adsStats")[0].Number("views"));
                Assert.Equal(views, (await portal.ReadAsync($"/ads/{adId}/stats/daily{query}")).GetProperty("totals").Number("views"));
                Assert.Equal(views, (await portal.ReadAsync("/stats" + query)).GetProperty("totals").Number("views"));
            }
        }
    }

    [Theory]
    [InlineData("from=zzz", "Invalid date")]
    [InlineData("to=2026-02-30", "Invalid date")]
    [InlineData("from=2026-1-1", "Invalid date")]
    [InlineData("from=20261121", "Invalid date")]
    [InlineData("from=2026-11-21T00:00:00Z", "Invalid date")]
    [InlineData("from=2026-11-21&to=now", "Invalid date")]
    [InlineData("from=2026-11-22&to=2026-11-21", "Invalid date range")]
    public async Task A_range_that_is_none_is_a_400(string query, string error)
    {
        foreach (var path in new[] { $"/ads/{shared.AdId}/stats", "/ads/unknown/stats", "/performers/unknown/stats", "/ads/unknown/stats/daily", "/stats" })
        {
            (await shared.Host.GetAsync($"{path}?{query}")).IsError(400, error);
        }
    }
}
