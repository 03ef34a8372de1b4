using AdServer.Catalog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Serving;

/// <summary>Unhealthy while this host has no catalogue to serve from.</summary>
internal sealed class ServingHealth(CatalogRefresher catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(catalog.IsLoaded ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The catalogue is not loaded"));
}
