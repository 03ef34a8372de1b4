using System.Globalization;
using AdServer.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Stats;

/// <summary>Degraded while events wait too long for their roll-up.</summary>
internal sealed class RollUpHealth(RollUpService rollUp, StatsSettings settings, TimeProvider clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Judge());

    private HealthCheckResult Judge()
    {
        var now = clock.Now();
        if (rollUp.Outage.Since is { } since && now - since >= settings.LateAfter)
        {
            var time = since.ToString("O", CultureInfo.InvariantCulture);
            return HealthCheckResult.Degraded($"The roll-up has been failing since {time}: {rollUp.Outage.Reason}");
        }

        return rollUp.Lag.Oldest is { } oldest && now - oldest >= settings.LateAfter
            ? HealthCheckResult.Degraded($"The roll-up is late: {rollUp.Lag.Events} events wait for it")
            : HealthCheckResult.Healthy();
    }
}
