namespace AdServer.Catalog;

/// <summary>Performers and their ads: managed by REST, kept in memory as a snapshot for those who serve them.</summary>
internal static class CatalogModule
{
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<CatalogRefresher>();
        services.AddSingleton<CatalogChanges>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogRefresher>());
    }

    public static void MapCatalog(this IEndpointRouteBuilder routes)
    {
        routes.MapPerformers();
        routes.MapAds();
    }
}
