using AdServer.Access.SignIn;
using AdServer.Common;

namespace AdServer.Access;

/// <summary>Who may do what: developers, roles, tokens, signing in, and the gate that every request passes.</summary>
internal static class AccessModule
{
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="mode">The mode unless one is set.</param>
    public static void AddAccess(this IServiceCollection services, IConfiguration configuration, AccessMode mode)
    {
        var settings = configuration.Read<AccessSettings>("Access");
        settings = string.IsNullOrEmpty(configuration["Access:Mode"]) ? settings with { Mode = mode } : settings;
        // A composed environment sets what is not given to nothing.
        settings = string.IsNullOrEmpty(settings.BootstrapToken) ? settings with { BootstrapToken = null } : settings;
        settings = string.IsNullOrEmpty(settings.LinkWebhook) ? settings with { LinkWebhook = null } : settings;
        settings = string.IsNullOrEmpty(settings.PublicUrl) ? settings with { PublicUrl = null } : settings;
        settings.Checked(settings.Fault());
        services.AddSingleton(settings);
        services.AddSingleton<RouteRules>();
        services.AddSingleton<TokenDirectory>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<TokenChanges>();
        services.AddSingleton<NewDevelopers>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<KeySweepService>();
        services.AddSingleton<TokenRefresher>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenRefresher>());
        // Errors' stream, because the other one may be a log.
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<FirstToken>(provider, Console.Error));
        services.AddHostedService<TokenUseWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<KeySweepService>());
        PollingHealth.Add<TokenRefresher>(services, "tokens");
        services.AddSignIn();
    }

    private static void AddSignIn(this IServiceCollection services)
    {
        services.AddSingleton<People>();
        services.AddSingleton(provider => new Passwords(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Guesses>();
        services.AddSingleton<Credentials>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignInMetrics>();
        services.AddSingleton<SignInCheck>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LinkWriter>(provider, Console.Error));
        services.AddSingleton<ResetService>();
        services.AddSingleton<SessionService>();
        services.AddHostedService(provider => provider.GetRequiredService<LinkWriter>());
        services.AddHostedService(provider => provider.GetRequiredService<ResetService>());
        services.AddHostedService(provider => provider.GetRequiredService<SessionService>());
    }

    /// <summary>After routing: what a request needs depends on its route.</summary>
    public static void UseAccess(this IApplicationBuilder app) => app.UseMiddleware<AccessGate>();

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapDevelopers();
        routes.MapTokens();
        routes.MapAudit();
        routes.MapSessions();
        routes.MapSignIn();
    }
}
