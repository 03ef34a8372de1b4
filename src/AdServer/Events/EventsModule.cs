using AdServer.Common;

namespace AdServer.Events;

/// <summary>What devices report: checked, made durable in batches, answered.</summary>
internal static class EventsModule
{
    public static void AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.Read<EventsSettings>("Events");
        settings.Checked(settings.Fault());
        services.AddSingleton(settings);
        services.AddSingleton<EventMetrics>();
        services.AddSingleton<JournalWriter>();
        services.AddSingleton<EventEndpoints>();
        services.AddSingleton<DeviceEndpoints>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalWriter>());
        services.AddHealthChecks().AddCheck<EventsHealth>("events");
    }

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        EventEndpoints.Map(routes);
        DeviceEndpoints.Map(routes);
    }
}
