using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>What reports say when ads are removed, performers renamed and packages too many.</summary>
public sealed class StatsChangeTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_removed_ad_is_in_no_report(bool rolledUp, bool swept)
    {
        await using var host = await AdServerHost.StartAsync();
        var (portal, sdk) = (new Portal(host), new Sdk(host));
        var performerId = await portal.SignUpAsync();
        var (gone, stays) = (await portal.AddAdAsync("gone"), await portal.AddAdAsync("stays"));
        await sdk.ReportsAllAsync(Enumerable.Repeat(sdk.Event(gone), 3).Append(sdk.Event(stays)));
        await sdk.NextAdAsync();
        var cancellation = TestContext.Current.CancellationToken;
        if (rolledUp)
        {
            await host.Get<RollUpService>().RollAllAsync(cancellation);
        }

        await portal.RemoveAsync(gone);
        await AssertGoneAsync();
        await host.Get<RollUpService>().RollAllAsync(cancellation);
        await AssertGoneAsync();
        if (swept)
        {
            await host.Get<SweepService>().SweepAsync(cancellation);
            await AssertGoneAsync();
        }

        await host.RestartAsync();
        await AssertGoneAsync();

        async Task AssertGoneAsync()
        {
            foreach (var groupBy in new[] { "ad", "performer", "package", "day", "eventType", "package,ad" })
            {
                var report = await portal.ReadAsync($"/stats?groupBy={groupBy}");
                Assert.Equal(1, report.GetProperty("totals").Number("events"));
                Assert.Equal(1, report.GetProperty("rows").EnumerateArray().Sum(row => row.Number("events")));
                Assert.DoesNotContain(gone, report.GetRawText(), StringComparison.Ordinal);
            }

            var ofPerformer = await portal.ReadAsync($"/performers/{performerId}/stats");
            Assert.Equal([stays], ofPerformer.GetProperty("adsStats").EnumerateArray().Select(row => row.Text("adId")));
            Assert.Equal(1, (await portal.ReadAsync($"/performers/{performerId}/stats/daily")).GetProperty("totals").Number("views"));
            Assert.Equal(0, (await portal.ReadAsync($"/stats?groupBy=ad&adId={gone}")).GetProperty("totals").Number("events"));
        }
    }

    [Fact]
    public async Task Statistics_follow_the_level_of_a_changed_budget()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var adId = await portal.AddAdAsync(budget: "low");
        await new Sdk(host).ReportsAsync(adId);
        await new Sdk(host).ReportsAsync(adId, "click");

        Assert.Equal(100, (await portal.AdStatsAsync(adId)).Number("conversionRate"));
        await portal.ChangeAsync(adId, new { adDetails = new { budget = "high" } });
        Assert.Equal(33.33, (await portal.AdStatsAsync(adId)).Number("conversionRate"));
    }

    [Fact]
    public async Task Packages_beyond_the_bound_are_counted_together_and_their_events_for_the_ad()
    {
        await using var host = await AdServerHost.StartAsync(new() { ["Serving:MaxPackages"] = "2" });
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();
        foreach (var package in new[] { "a", "b", "c", "d", "c", "a" })
        {
            await new Sdk(host, package).ReportsAsync(adId);
        }

        await AssertRowsAsync("(other) 3", "a 2", "b 1");
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await AssertRowsAsync("(other) 3", "a 2", "b 1");
        await host.RestartAsync();
        await new Sdk(host, "b").ReportsAsync(adId);
        await new Sdk(host, "e").ReportsAsync(adId);
        await AssertRowsAsync("(other) 4", "a 2", "b 2");
        Assert.Equal(8, (await portal.AdStatsAsync(adId)).Number("views"));
        Assert.Equal(4, (await portal.ReadAsync("/stats?packageName=(other)")).GetProperty("totals").Number("events"));

        async Task AssertRowsAsync(params string[] rows) => Assert.Equal(
            rows,
            (await portal.ReadAsync("/stats?groupBy=package")).GetProperty("rows").EnumerateArray()
                .Select(row => $"{row.Text("packageName")} {row.Number("events")}"));
    }

    [Fact]
    public async Task The_bound_of_packages_is_one_for_all_starts()
    {
        await using var host = await AdServerHost.StartAsync(new() { ["Serving:MaxPackages"] = "2" });
        foreach (var package in new[] { "a", "b", "c" })
        {
            await new Sdk(host, package).AskAsync();
        }

        await host.RestartAsync();
        await new Sdk(host, "d").AskAsync();
        await new Sdk(host, "b").AskAsync();
        await host.RestartAsync();

        var rows = (await new Portal(host).ReadAsync("/stats?groupBy=package")).GetProperty("rows").EnumerateArray();
        Assert.Equal(["(other) 2", "a 1", "b 2"], rows.Select(row => $"{row.Text("packageName")} {row.Number("requests")}"));
    }

    [Fact]
    public async Task Requests_and_fills_are_counted_by_package_and_day()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        Assert.Equal(204, (await new Sdk(host, "a").AskAsync()).Status);
        var adId = await portal.AddAdAsync();
        await new Sdk(host, "a").NextAdAsync();
        await new Sdk(host, "a").NextAdAsync();
        await new Sdk(host, "b").NextAdAsync();
        await host.RestartAsync();

        var rows = (await portal.ReadAsync("/stats?groupBy=package,day")).GetProperty("rows").EnumerateArray();
        Assert.Equal(
            ["a 2026-11-21 3 2 1 66.67", "b 2026-11-21 1 1 0 100"],
            rows.Select(row => FormattableString.Invariant(
                $"{row.Text("packageName")} {row.Text("date")} {row.Number("requests")} {row.Number("fills")} {row.Number("noFills")} {row.Number("fillRate")}")));
        var ofAd = (await portal.ReadAsync("/stats?groupBy=ad")).GetProperty("rows")[0];
        Assert.Equal((adId, 3), (ofAd.Text("adId"), ofAd.Number("deliveries")));
    }
}
