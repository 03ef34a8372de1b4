using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Common;

/// <summary>Degraded while what a refresher renews is not renewed.</summary>
internal sealed class PollingHealth(PollingRefresher refresher) : IHealthCheck
{
    /// <summary>Adds the health of a refresher under a name.</summary>
    public static void Add<T>(IServiceCollection services, string name)
        where T : PollingRefresher =>
        services.AddHealthChecks().Add(
            new HealthCheckRegistration(name, provider => new PollingHealth(provider.GetRequiredService<T>()), failureStatus: null, tags: null));

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(refresher.Outage.Since is { } since
            ? HealthCheckResult.Degraded(
                $"Since {since.ToString("O", CultureInfo.InvariantCulture)} the store does not answer, and until it does {refresher.Loss}: {refresher.Outage.Reason}")
            : HealthCheckResult.Healthy());
}
