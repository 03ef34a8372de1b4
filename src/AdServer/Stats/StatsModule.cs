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
        var retention = configuration.Read<RetentionSettings>("Retention");
        services.AddSingleton(retention.Checked(retention.Fault()));
        services.AddSingleton<IStatsReader>(provider => provider.GetRequiredService<IStatsStore>());
        services.AddSingleton<StatsMetrics>();
        services.AddSingleton<RankedStats>();
        services.AddSingleton<LedgerGate>();
        services.AddSingleton<DayRating>();
        services.AddSingleton<RollUpService>();
        services.AddSingleton<SweepService>();
        services.AddSingleton<RetentionService>();
        services.AddHostedService(provider => provider.GetRequiredService<RollUpService>());
        services.AddHostedService(provider => provider.GetRequiredService<SweepService>());
        services.AddHostedService(provider => provider.GetRequiredService<RetentionService>());
        services.AddHealthChecks().AddCheck<RollUpHealth>("rollup").AddCheck<RetentionHealth>("retention");
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
