using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Web.Metrics;

/// <summary>The page that a Prometheus server reads.</summary>
internal static class MetricsPage
{
    public static void AddMetricsPage(this IServiceCollection services)
    {
        services.AddSingleton<MeterCollector>();
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<ProcessMetrics>();
    }

    public static void MapMetricsPage(this WebApplication app)
    {
        // What is measured before anybody asks is to be counted too.
        app.Services.GetRequiredService<MeterCollector>();
        app.Services.GetRequiredService<ProcessMetrics>();
        app.MapGet("/metrics", GetMetrics).WithTags("Operations").Produces<string>(contentType: "text/plain");
    }

    /// <summary>All metrics of this host in the Prometheus text format.</summary>
    private static ContentHttpResult GetMetrics(MeterCollector collector, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        return TypedResults.Text(collector.Read(), PrometheusText.ContentType);
    }
}
