using AdServer.Common;

namespace AdServer.Events;

/// <summary>What devices report: checked, made durable in batches, answered.</summary>
internal static class EventsModule
{
    public static void AddEvents(this IServiceCollection services, IConfiguration configuration, string contentRootPath)
    {
        var settings = configuration.Read<EventsSettings>("Events");
        settings.Checked(settings.Fault());
        services.AddSingleton(settings);
        services.AddSingleton<EventMetrics>();
        services.AddSingleton<JournalWriter>();
        services.AddSingleton<TrafficRating>();
        services.AddSingleton<EventEndpoints>();
        services.AddSingleton<DeviceEndpoints>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalWriter>());
        services.AddHealthChecks().AddCheck<EventsHealth>("events");
        services.AddTrafficRules(configuration, contentRootPath);
        services.AddSingleton(provider => new DeviceWindows(provider.GetRequiredService<TrafficSettings>().MaxDevices));
    }

    /// <summary>Registers the rules by which traffic is invalid: of the server, and of the command that rates history anew.</summary>
    /// <exception cref="StartException">The settings or the list of robots cannot be used.</exception>
    public static void AddTrafficRules(this IServiceCollection services, IConfiguration configuration, string contentRootPath)
    {
        var settings = configuration.Read<TrafficSettings>("Traffic");
        settings.Checked(settings.Fault());
        var robots = settings.RobotAgents is { } path ? Path.GetFullPath(path, contentRootPath) : RobotAgents.ShippedPath;
        services.AddSingleton(settings);
        services.AddSingleton(new TrafficRules(settings, RobotAgents.Read(robots)));
    }

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        services.GetRequiredService<EventMetrics>().ObserveWindows(() => services.GetRequiredService<DeviceWindows>().Unwatched);
        EventEndpoints.Map(routes);
        DeviceEndpoints.Map(routes);
    }
}
