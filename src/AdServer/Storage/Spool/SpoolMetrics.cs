using System.Diagnostics.Metrics;
using AdServer.Common;
using AdServer.Storage.Sqlite;

namespace AdServer.Storage.Spool;

/// <summary>What is in the spool, and what went through it, in numbers.</summary>
internal sealed class SpoolMetrics(IMeterFactory meters)
{
    /// <summary>Shows a spool.</summary>
    public void Observe(SqliteSpool spool, TimeProvider clock)
    {
        var meter = meters.Create("AdServer.Spool");
        meter.CreateObservableGauge("adserver.spool.events", () => spool.State.Events, "{event}", "Answered events that wait for the engine");
        meter.CreateObservableGauge(
            "adserver.spool.set_aside", () => spool.State.SetAside, "{event}", "Answered events that the engine refuses for what they hold");
        meter.CreateObservableGauge("adserver.spool.size", () => spool.State.Bytes, "By", "What the spool takes on the disk");
        meter.CreateObservableGauge("adserver.spool.age", () => Age(spool, clock), "s", "Age of the oldest event that waits for the engine");
        meter.CreateObservableCounter("adserver.spool.spooled", () => spool.Added, "{event}", "Events that were put into the spool");
        meter.CreateObservableCounter("adserver.spool.drained", () => spool.Removed, "{event}", "Events that went from the spool to the engine");
    }

    private static double Age(SqliteSpool spool, TimeProvider clock) =>
        spool.State.Oldest is { } oldest ? Math.Max(0, (clock.Now() - oldest).TotalSeconds) : 0;
}
