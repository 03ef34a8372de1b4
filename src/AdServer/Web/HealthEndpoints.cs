using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Web;

/// <summary>
/// Tells a load balancer about this host. Modules take part by registering an <see cref="IHealthCheck"/>: unhealthy means that this
/// host cannot serve, degraded that it serves with a loss. Only the first takes it out of service, or one cause would take out all hosts.
/// </summary>
internal static class HealthEndpoints
{
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Live, GetLive).WithTags("Operations");
        endpoints.MapGet(Ready, GetReadyAsync).WithTags("Operations")
            .Produces<Readiness>().Produces<Readiness>(StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Whether the process answers at all.</summary>
    private static Ok<Liveness> GetLive(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Liveness("live"));
    }

    /// <summary>Whether this host can serve: 503 when it cannot or is shutting down, 200 with reasons when it can with a loss.</summary>
    private static async Task<JsonHttpResult<Readiness>> GetReadyAsync(
        HttpContext context, HealthCheckService checks, IHostApplicationLifetime lifetime, ReadinessLog log)
    {
        context.Response.Headers.CacheControl = "no-store";
        var readiness = lifetime.ApplicationStopping.IsCancellationRequested
            ? Readiness.Stopping
            : Readiness.Of(await checks.CheckHealthAsync(context.RequestAborted));
        log.Note(readiness);
        var status = readiness.Status == Readiness.Unready ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return TypedResults.Json(readiness, statusCode: status);
    }
}

/// <summary>The body of the liveness page.</summary>
/// <param name="Status">Always <c>live</c>.</param>
internal sealed record Liveness(string Status);

/// <summary>The body of the readiness page.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>unready</c>.</param>
/// <param name="Reasons">Why it is not <c>ready</c>, in words.</param>
/// <param name="Checks">What each part of the server says, by name.</param>
internal sealed record Readiness(string Status, IReadOnlyList<string> Reasons, IReadOnlyDictionary<string, CheckResult> Checks)
{
    public const string Unready = "unready";

    public static Readiness Stopping { get; } = new(Unready, ["Shutting down"], new Dictionary<string, CheckResult>());

    public static Readiness Of(HealthReport report)
    {
        var checks = new SortedDictionary<string, CheckResult>(StringComparer.Ordinal);
        foreach (var (name, entry) in report.Entries)
        {
            checks.Add(name, CheckResult.Of(entry));
        }

        var reasons = checks.Where(check => check.Value.Status != CheckResult.Healthy)
            .Select(check => $"{check.Key}: {check.Value.Description ?? check.Value.Status}");
        return new Readiness(Name(report.Status), [.. reasons], checks);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ready",
        HealthStatus.Degraded => "degraded",
        _ => Unready,
    };
}

/// <summary>What one part of the server says about itself.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Description">Why, in words.</param>
internal sealed record CheckResult(string Status, string? Description)
{
    public const string Healthy = "healthy";

    public static CheckResult Of(HealthReportEntry entry)
    {
        // For a check that threw, the framework puts the text of the exception here.
        var description = entry.Exception is { } failure && entry.Description == failure.Message ? "The check failed" : entry.Description;
        return new CheckResult(Name(entry.Status), description);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => Healthy,
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
