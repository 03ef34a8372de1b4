using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Events;

/// <summary>Degraded while events are refused: the store cannot take them, or too many wait.</summary>
internal sealed class EventsHealth(JournalWriter writer, EventsSettings settings) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Judge());

    private HealthCheckResult Judge()
    {
        if (writer.Outage.Since is { } since)
        {
            var time = since.ToString("O", CultureInfo.InvariantCulture);
            return HealthCheckResult.Degraded($"Events cannot be stored since {time} and are answered 503: {writer.Outage.Reason}");
        }

        return writer.IsFull
            ? HealthCheckResult.Degraded($"More events come than can be stored: the queue of {settings.QueueCapacity} is full, and some are answered 503")
            : HealthCheckResult.Healthy();
    }
}
