using AdServer.Access;
using AdServer.Common;
using AdServer.Web.Metrics;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdServer.Web;

/// <summary>What every request passes and every host offers: JSON, errors, limits, logs, health, metrics, the page and that of the API.</summary>
internal static class WebModule
{
    /// <summary>Below this prefix every route is served a second time, for clients that use one.</summary>
    public const string Prefix = "/api";

    /// <summary>How long a host that stops may take to answer what it accepted.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    /// <summary>What pages of other origins may read beside the body.</summary>
    private static readonly string[] ExposedHeaders =
        ["ETag", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-As-Of", "X-Closed-Through", "X-Position", "X-Complete", "X-Next-Cursor"];

    public static void AddWeb(this WebApplicationBuilder builder)
    {
        builder.RefuseUnknownProxies();
        builder.AddConsoleLog();
        builder.ListenOnDefaultAddress();
        builder.WebHost.ConfigureKestrel(HttpLimits.Apply);
        builder.AnswerOnSocketThreads();

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        services.Configure<HostFilteringOptions>(options => options.IncludeFailureMessage = false);
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        // Input that does not bind becomes an exception in every environment, and so passes the one place that words errors.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddHealthChecks();
        services.AddSingleton<ErrorAnswers>();
        services.AddSingleton<ReadinessLog>();
        services.AddHostedService<OpenAccessGuard>();
        services.AddRateLimits();
        services.AddCors();
        services.AddMetricsPage();
        services.AddOpenApi();
    }

    /// <summary>The pipeline that every request passes. It is kept this short for the sake of the two hot routes.</summary>
    public static void UseWeb(this WebApplication app)
    {
        var access = app.Services.GetRequiredService<AccessSettings>();
        app.ShareSocketThreads();
        app.UseProxies(access);
        app.UseMiddleware<FrontDoor>();
        app.UsePathBase(Prefix);
        app.UseRouting();
        app.LeaveSocketThreads();
        app.UseMiddleware<SafetyHeaders>();
        app.UseOrigins(access);
    }

    /// <summary>A switch of the framework, which some platforms set, takes the word of everybody on a caller's address.</summary>
    /// <exception cref="StartException">It is on.</exception>
    private static void RefuseUnknownProxies(this WebApplicationBuilder builder)
    {
        if (bool.TryParse(builder.Configuration["FORWARDEDHEADERS_ENABLED"], out var isOn) && isOn)
        {
            throw new StartException("ASPNETCORE_FORWARDEDHEADERS_ENABLED lets every caller say who he is. Unset it, and name your proxies in Access:Proxies.");
        }
    }

    /// <summary>Takes the word of known proxies, and of nobody else, on a caller's address and on whether he came by https.</summary>
    private static void UseProxies(this WebApplication app, AccessSettings access)
    {
        if (access.Proxies.Length == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in access.Proxies)
        {
            options.KnownIPNetworks.Add(AccessSettings.NetworkOf(proxy)!.Value);
        }

        app.UseForwardedHeaders(options);
    }

    /// <summary>Lets pages of some other origins call the API; without any, browsers let none. Before the gate: a preflight carries no token.</summary>
    private static void UseOrigins(this WebApplication app, AccessSettings access)
    {
        if (access.Origins.Length > 0)
        {
            app.UseCors(policy => policy.WithOrigins(access.Origins).AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(ExposedHeaders));
        }
    }

    public static void MapWeb(this WebApplication app)
    {
        app.MapPage();
        app.MapHealth();
        app.MapMetricsPage();
        app.MapOpenApi();
    }

    /// <summary>Adds a line to what the console says after the start, such as where the store is.</summary>
    public static void AddStartupLine(this IServiceCollection services, string name, Func<IServiceProvider, string> text) =>
        services.AddSingleton(provider => new StartupLine(name, text(provider)));
}
