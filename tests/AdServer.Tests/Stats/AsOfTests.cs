using AdServer.Stats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>The moment that an answer names: what was answered before it is in the answer, so it lies before the reading and not after.</summary>
public sealed class AsOfTests
{
    [Fact]
    public async Task An_answer_never_names_a_moment_after_its_reading()
    {
        await using var host = await AdServerHost.StartAsync(services: Slow);
        var (portal, sdk) = (new Portal(host), new Sdk(host));
        var performerId = await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();
        await sdk.ReportsAsync(adId);
        string[] pages =
            [$"/ads/{adId}/stats", $"/performers/{performerId}/stats", $"/ads/{adId}/stats/daily", $"/performers/{performerId}/stats/daily", "/stats?groupBy=ad"];

        foreach (var page in pages)
        {
            var before = Sdk.Timestamp(host.Clock.GetUtcNow());

            Assert.Equal(before, (await portal.ReadAsync(page)).Text("asOf"));
        }
    }

    private static void Slow(IServiceCollection services)
    {
        var store = services.Last(service => service.ServiceType == typeof(IStatsStore));
        services.Replace(ServiceDescriptor.Singleton<IStatsStore>(provider => new SlowStatsStore(
            (IStatsStore)ActivatorUtilities.CreateInstance(provider, store.ImplementationType!), (ManualClock)provider.GetRequiredService<TimeProvider>())));
    }

    /// <summary>A store that needs a second for each reading.</summary>
    private sealed class SlowStatsStore(IStatsStore inner, ManualClock clock) : IStatsStore
    {
        public async Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation)
        {
            var view = await inner.ReadAsync(query, cancellation);
            clock.Set(clock.GetUtcNow().AddSeconds(1));
            return view;
        }

        public Task ApplyAsync(AdServer.Events.Roll roll, CancellationToken cancellation) => inner.ApplyAsync(roll, cancellation);

        public IAsyncEnumerable<PackageAds> ReadPackageAdsAsync(CancellationToken cancellation) => inner.ReadPackageAdsAsync(cancellation);

        public Task<PackageAdsNews> ReadNewPackageAdsAsync(PackageAdsPlace? after, CancellationToken cancellation) =>
            inner.ReadNewPackageAdsAsync(after, cancellation);

        public Task ReplaceDeliveriesAsync(
            string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation) =>
            inner.ReplaceDeliveriesAsync(process, deliveries, requests, cancellation);

        public Task<bool> SweepRemovedAsync(int slice, CancellationToken cancellation) => inner.SweepRemovedAsync(slice, cancellation);
    }
}
