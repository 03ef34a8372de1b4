using AdServer.Access;
using AdServer.Catalog;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Commands.Demo;

/// <summary>The server's own stores, as the demo sees them.</summary>
internal sealed class DemoStore(
    ICatalogStore catalog, IEventJournal journal, IStatsStore stats, IServingStore serving, IDeliveredStore delivered) : IDemoStore
{
    public Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation) =>
        catalog.FindPerformerByEmailAsync(emailKey, cancellation);

    public Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        catalog.ListPerformersAsync(after, limit, cancellation);

    public Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation) =>
        catalog.AddPerformerAsync(performer, cancellation);

    public Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation) =>
        catalog.ReplacePerformerAsync(performer, cancellation);

    public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation) => catalog.FindAdAsync(id, cancellation);

    public Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation) => catalog.AddAdAsync(ad, cancellation);

    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation) => journal.AppendAsync(batch, cancellation);

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => journal.NextRollAsync(maxEvents, cancellation);

    public Task ApplyAsync(Roll roll, CancellationToken cancellation) => stats.ApplyAsync(roll, cancellation);

    public Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation) =>
        serving.ReplaceDeliveriesAsync(process, deliveries, requests, cancellation);

    public Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation) => delivered.AddDeliveredAdsAsync(sets, cancellation);
}
