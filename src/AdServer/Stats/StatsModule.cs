using AdServer.Common;

namespace AdServer.Stats;

/// <summary>From raw events to counts, and from counts to answers.</summary>
internal static class StatsModule
{
    public static void AddStats(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.Read<StatsSettings>("Stats");
        settings.Checked(settings.Fault());
        services.AddSingleton(settings);
        services.AddSingleton<StatsMetrics>();
        services.AddSingleton<LedgerGate>();
        services.AddSingleton<DayRating>();
        services.AddSingleton<RollUpService>();
        services.AddSingleton<SweepService>();
        services.AddHostedService(provider => provider.GetRequiredService<RollUpService>());
        services.AddHostedService(provider => provider.GetRequiredService<SweepService>());
        services.AddHealthChecks().AddCheck<RollUpHealth>("rollup");
    }

    public static void MapStats(this IEndpointRouteBuilder routes)
    {
        routes.MapAdStats();
        routes.MapDailyStats();
        routes.MapStatsReports();
        routes.MapLedger();
        routes.MapRating();
    }
}
