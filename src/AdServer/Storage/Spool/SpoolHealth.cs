using System.Globalization;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Storage.Spool;

/// <summary>Degraded while answered events are on this host alone, or the engine is away or takes no writes.</summary>
internal sealed class SpoolHealth(SqliteSpool spool, SpooledJournal journal, SpoolDrainService drainer) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] reasons = [.. ((string?[])[WayReason(), SetAsideReason()]).OfType<string>()];
        return Task.FromResult(reasons.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(". ", reasons)));
    }

    /// <summary>What is the matter with the way to the engine, if anything is.</summary>
    private string? WayReason()
    {
        var events = spool.State.Events;
        if (journal.Outage.Since is { } away)
        {
            // The drainer asks each second: it knows better what it is now.
            var reason = drainer.Outage.Since is null ? journal.Outage.Reason : drainer.Outage.Reason;
            var full = spool.IsFull ? " It is full, and new events are answered 503: give it room (Storage:MaxSpoolBytes)." : string.Empty;
            return $"MongoDB is away since {Text(away)}: {events} events wait in {spool.Path} and are counted when it is back.{full} {reason}. "
                + "Keep this host's disk until they are";
        }

        if (drainer.Outage.Since is { } failing)
        {
            return $"Since {Text(failing)} MongoDB takes nothing from {spool.Path}, in which {events} events wait: {drainer.Outage.Reason}";
        }

        return events == 0 ? null : $"{events} events are on their way from {spool.Path} to MongoDB: keep this host until there are none";
    }

    private string? SetAsideReason() => spool.State is { SetAside: > 0 and var count, Refusal: var code }
        ? $"MongoDB refuses {count} events for what they hold (error {code}): they are set aside in {spool.Path} and count nowhere. Remove what forbids "
            + "them, such as a validator on ad_events: they are tried again each hour, and when this server starts. The README says how to discard them"
        : null;

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
