using AdServer.Access;
using AdServer.Catalog;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Commands.Demo;

/// <summary>What the demo needs of a database: no more than it takes to fill one, and to find out how far that came.</summary>
internal interface IDemoStore
{
    /// <inheritdoc cref="ICatalogStore.FindPerformerByEmailAsync"/>
    Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation);

    /// <inheritdoc cref="ICatalogReader.ListPerformersAsync"/>
    Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation);

    /// <inheritdoc cref="ICatalogStore.AddPerformerAsync"/>
    Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation);

    /// <inheritdoc cref="ICatalogStore.ReplacePerformerAsync"/>
    Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation);

    /// <inheritdoc cref="ICatalogReader.FindAdAsync"/>
    Task<Ad?> FindAdAsync(string id, CancellationToken cancellation);

    /// <inheritdoc cref="ICatalogStore.AddAdAsync"/>
    Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation);

    /// <inheritdoc cref="IEventJournal.AppendAsync"/>
    Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation);

    /// <inheritdoc cref="IEventJournal.NextRollAsync"/>
    Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation);

    /// <inheritdoc cref="IStatsStore.ApplyAsync"/>
    Task ApplyAsync(Roll roll, CancellationToken cancellation);

    /// <inheritdoc cref="IServingStore.ReplaceDeliveriesAsync"/>
    Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation);

    /// <inheritdoc cref="IDeliveredStore.AddDeliveredAdsAsync"/>
    Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation);
}
