using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Stats;

/// <summary>Degraded while a day that should be removed does not verify.</summary>
internal sealed class RetentionHealth(RetentionService retention) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        retention.Unverified is { } day
            ? HealthCheckResult.Degraded(
                $"Raw events of {day} and later are not removed, because those of {day} do not verify: rebuild that day (-- rebuild --day {day} --url <this server>)")
            : HealthCheckResult.Healthy());
}
