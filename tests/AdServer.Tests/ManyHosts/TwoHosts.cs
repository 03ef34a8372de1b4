using AdServer.Access;
using AdServer.Catalog;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AdServer.Tests.ManyHosts;

/// <summary>Two hosts on one store and one clock. They hear of each other only when a test lets them ask, or moves the clock.</summary>
internal sealed class TwoHosts : IAsyncDisposable
{
    private readonly AdServerHost keeper;

    private TwoHosts(AdServerHost keeper, SharedCatalogStore catalog, SharedEvents events) =>
        (this.keeper, Catalog, Events, Delivered) = (keeper, catalog, events, new SharedDeliveredStore(keeper.Get<IDeliveredStore>()));

    public SharedCatalogStore Catalog { get; }

    public SharedEvents Events { get; }

    public SharedDeliveredStore Delivered { get; }

    public AdServerHost A { get; private set; } = null!;

    public AdServerHost B { get; private set; } = null!;

    public ManualClock Clock => keeper.Clock;

    public static async Task<TwoHosts> StartAsync()
    {
        // Holds the file; nobody asks it anything.
        var keeper = await AdServerHost.StartAsync();
        var hosts = new TwoHosts(
            keeper,
            new SharedCatalogStore(keeper.Get<ICatalogStore>(), keeper.Clock),
            new SharedEvents(keeper.Get<IEventJournal>(), keeper.Get<IServingStore>()));
        hosts.A = await AdServerHost.StartAsync(services: hosts.Share);
        hosts.B = await AdServerHost.StartAsync(services: hosts.Share);
        return hosts;
    }

    /// <summary>Lets a host ask the store what others wrote.</summary>
    public static async Task PollAsync(AdServerHost host)
    {
        Assert.True(await host.Get<SharedCatalogRefresher>().PollAsync(TestContext.Current.CancellationToken));
        await host.Get<SeenSetsRefresher>().PollAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Catalog.IsAway = false;
        await B.DisposeAsync();
        await A.DisposeAsync();
        await keeper.DisposeAsync();
    }

    private void Share(IServiceCollection services) => services
        .AddSingleton<TimeProvider>(keeper.Clock)
        .AddSingleton<ICatalogStore>(Catalog)
        .AddSingleton<IEventJournal>(Events)
        .AddSingleton<IServingStore>(Events)
        .AddSingleton<IDeliveredStore>(Delivered)
        .AddSingleton(_ => keeper.Get<IAccessStore>())
        .AddSingleton(_ => keeper.Get<IStatsStore>())
        .AddSingleton(_ => keeper.Get<ISweepStore>())
        .AddSingleton(_ => keeper.Get<ILedgerStore>());
}
