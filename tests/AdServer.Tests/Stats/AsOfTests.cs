using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>The moment that an answer names: what was answered before it is in the answer, so it lies before the reading and not after.</summary>
public sealed class AsOfTests
{
    [Fact]
    public async Task An_answer_never_names_a_moment_after_its_reading()
    {
        var gate = new StatsGate();
        await using var host = await AdServerHost.StartAsync(services: gate.Install);
        var (portal, sdk) = (new Portal(host), new Sdk(host));
        var performerId = await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();
        await sdk.ReportsAsync(adId);
        gate.AfterRead = () => host.Clock.Set(host.Clock.GetUtcNow().AddSeconds(1));
        string[] pages =
            [$"/ads/{adId}/stats", $"/performers/{performerId}/stats", $"/ads/{adId}/stats/daily", $"/performers/{performerId}/stats/daily", "/stats?groupBy=ad"];

        foreach (var page in pages)
        {
            var before = Sdk.Timestamp(host.Clock.GetUtcNow());

            Assert.Equal(before, (await portal.ReadAsync(page)).Text("asOf"));
        }
    }
}
