using AdServer.Common;

namespace AdServer.Events;

/// <summary>What devices report: checked, made durable in batches, answered.</summary>
internal static class EventsModule
{
    public static void AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetSection("Events").Get<EventsSettings>() ?? new EventsSettings();
        if (settings.Fault() is { } fault)
        {
            throw new StartException(fault);
        }

        services.AddSingleton(settings);
        services.AddSingleton<EventMetrics>();
        services.AddSingleton<JournalWriter>();
        services.AddSingleton<EventEndpoints>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalWriter>());
        services.AddHealthChecks().AddCheck<EventsHealth>("events");
    }

    public static void MapEvents(this IEndpointRouteBuilder routes) => EventEndpoints.Map(routes);
}
