using System.Text.RegularExpressions;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests;

/// <summary>A restart keeps everything that was answered.</summary>
public sealed partial class RestartTests
{
    [Fact]
    public async Task The_catalogue_and_the_statistics_are_the_same_after_a_restart()
    {
        await using var host = await AdServerHost.StartAsync();
        var (portal, sdk) = (new Portal(host), new Sdk(host));
        var performerId = await portal.SignUpAsync("Ann@example.com", "Ann 😀");
        await host.PostAsync("/developers", new { name = "Dan", email = "dan@example.com" });
        var ads = await portal.AddAdsAsync(3);
        const string Change = """{"status":"paused","endsAt":"2027-01-01T00:00:00.001Z","packages":{"deny":["com.example.*"]}}""";
        await portal.ChangeAsync(ads[1], Change);
        await portal.RemoveAsync(ads[2]);
        await sdk.ReportsAsync(ads[0], seconds: 1.234);
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await sdk.ReportsAsync(ads[0], "click");
        string[] pages =
            ["/performers", "/developers", "/ads", $"/performers/{performerId}/stats", $"/ads/{ads[0]}/stats", "/stats?groupBy=ad,package", "/stats?groupBy=day"];
        var before = await ReadAsync();

        await host.RestartAsync();

        Assert.Equal(before, await ReadAsync());

        async Task<List<string>> ReadAsync()
        {
            var texts = new List<string>();
            foreach (var page in pages)
            {
                texts.Add(Position().Replace((await host.GetAsync(page)).Text, string.Empty));
            }

            return texts;
        }
    }

    [Fact]
    public async Task What_an_app_has_seen_stays_seen()
    {
        await using var host = await AdServerHost.StartAsync();
        var (portal, sdk) = (new Portal(host), new Sdk(host));
        await portal.SignUpAsync();
        var ads = await portal.AddAdsAsync(20);
        await sdk.ReportsAllAsync(ads.Take(10).Select(ad => sdk.Event(ad, "exit")));
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await sdk.ReportsAllAsync(ads.Skip(10).Take(9).Select(ad => sdk.Event(ad, "skip")));

        foreach (var restart in new[] { false, true, true })
        {
            if (restart)
            {
                await host.RestartAsync();
            }

            for (var ask = 0; ask < 20; ask++)
            {
                Assert.Equal(ads[19], await sdk.NextAdAsync());
            }
        }

        await sdk.ReportsAsync(ads[19]);
        await host.RestartAsync();
        var chosen = new HashSet<string>();
        for (var ask = 0; ask < 60; ask++)
        {
            chosen.Add(await sdk.NextAdAsync());
        }

        Assert.True(chosen.Count > 1, "All ads were seen, so all are candidates again");
    }

    [Fact]
    public async Task What_one_app_has_seen_is_unseen_by_another()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        var ads = await new Portal(host).AddAdsAsync(2);
        await new Sdk(host, "a").ReportsAsync(ads[0]);
        await new Sdk(host, "b").ReportsAsync(ads[1]);

        await host.RestartAsync();

        Assert.Equal(ads[1], await new Sdk(host, "a").NextAdAsync());
        Assert.Equal(ads[0], await new Sdk(host, "b").NextAdAsync());
    }

    /// <summary>What may differ: the new process rolls up what was left over.</summary>
    [GeneratedRegex("""\"position":\{[^}]*\}""")]
    private static partial Regex Position();
}
