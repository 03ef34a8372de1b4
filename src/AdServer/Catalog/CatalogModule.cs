using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>Performers and their ads: managed by REST, kept in memory as a snapshot for those who serve them.</summary>
internal static class CatalogModule
{
    public static void AddCatalog(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.Read<CatalogSettings>("Catalog");
        settings.Checked(settings.Fault());
        services.AddSingleton(settings);
        services.AddSingleton<ICatalogReader>(provider => provider.GetRequiredService<ICatalogStore>());
        services.AddSingleton<CatalogRefresher>();
        services.AddSingleton<CatalogChanges>();
        services.AddSingleton<AdChanges>();
        services.AddSingleton<NewAds>();
        services.AddSingleton<PerformerChanges>();
        services.AddSingleton<SharedCatalogRefresher>();
        services.AddSingleton<WholeCatalogRefresher>();
        services.AddSingleton<AdLookup>();
        services.AddSingleton<ITenants, Tenants>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogRefresher>());
        services.AddHostedService(provider => provider.GetRequiredService<SharedCatalogRefresher>());
        services.AddHostedService(provider => provider.GetRequiredService<WholeCatalogRefresher>());
        PollingHealth.Add<SharedCatalogRefresher>(services, "catalog");
        PollingHealth.Add<WholeCatalogRefresher>(services, "whole_catalog");
    }

    public static void MapCatalog(this IEndpointRouteBuilder routes)
    {
        routes.MapPerformers();
        routes.MapAds();
    }
}
