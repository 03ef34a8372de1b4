using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Tests.ManyHosts;

/// <summary>A journal and a store of serving that several hosts commit to: others, and a log of the batches.</summary>
internal sealed class SharedEvents(IEventJournal journal, IServingStore serving) : IEventJournal, IServingStore
{
    private readonly Lock door = new();
    private readonly List<PackageAds> log = [];

    /// <summary>The events that were stored, as they were handed over.</summary>
    public List<AdEvent> Stored { get; } = [];

    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation)
    {
        var outcomes = await journal.AppendAsync(batch, cancellation);
        lock (door)
        {
            Stored.AddRange(batch.Where((_, place) => outcomes[place] == AppendOutcome.Stored));
            log.AddRange(batch.Where((_, place) => outcomes[place] == AppendOutcome.Stored)
                .Select(one => new PackageAds(one.CountedPackage, [one.AdId])));
        }

        return outcomes;
    }

    public Task<PackageAdsNews> ReadNewPackageAdsAsync(PackageAdsPlace? after, CancellationToken cancellation)
    {
        lock (door)
        {
            var news = after is null ? [] : log[(int)after.Roll..];
            return Task.FromResult(new PackageAdsNews(news, new PackageAdsPlace(log.Count, new HashSet<string>())));
        }
    }

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => journal.NextRollAsync(maxEvents, cancellation);

    public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => journal.ReadLagAsync(cancellation);

    public IAsyncEnumerable<PackageAds> ReadPackageAdsAsync(CancellationToken cancellation) => serving.ReadPackageAdsAsync(cancellation);

    public Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation) =>
        serving.ReplaceDeliveriesAsync(process, deliveries, requests, cancellation);
}
