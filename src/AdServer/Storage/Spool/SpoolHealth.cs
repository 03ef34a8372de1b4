using System.Globalization;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AdServer.Storage.Spool;

/// <summary>Degraded while answered events are on this host alone, or the engine is away.</summary>
internal sealed class SpoolHealth(SqliteSpool spool, SpooledJournal journal) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Judge());

    private HealthCheckResult Judge()
    {
        var events = spool.State.Events;
        if (journal.Outage.Since is not { } since)
        {
            return events == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded($"{events} events are on their way from {spool.Path} to MongoDB: keep this host until there are none");
        }

        var time = since.ToString("O", CultureInfo.InvariantCulture);
        var full = spool.IsFull ? " It is full, and new events are answered 503: give it room (Storage:MaxSpoolBytes)." : string.Empty;
        return HealthCheckResult.Degraded(
            $"MongoDB is away since {time}: {events} events wait in {spool.Path} and are counted when it is back.{full} "
            + "Bring MongoDB back (the log says what it answers), and keep this host's disk until then");
    }
}
