using System.Diagnostics.Metrics;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>How the roll-up gets on, in numbers.</summary>
internal sealed class StatsMetrics
{
    private readonly Meter meter;
    private readonly Counter<long> rolled;
    private readonly Histogram<double> rollTime;
    private readonly Counter<long> removed;

    public StatsMetrics(IMeterFactory meters)
    {
        meter = meters.Create("AdServer.Stats");
        rolled = meter.CreateCounter<long>("adserver.rollup.events", "{event}", "Events rolled up");
        rollTime = meter.CreateHistogram<double>("adserver.rollup.duration", "s", "Time of applying a roll");
        removed = meter.CreateCounter<long>("adserver.retention.removed_events", "{event}", "Raw events removed because they are older than Retention:RawDays");
    }

    /// <summary>Shows how far the roll-up is behind.</summary>
    public void Observe(Func<JournalLag> lag, TimeProvider clock)
    {
        meter.CreateObservableGauge("adserver.rollup.lag_events", () => lag().Events, "{event}", "Committed events that are not rolled up");
        meter.CreateObservableGauge(
            "adserver.rollup.lag_seconds", () => Age(lag(), clock), "s", "Age of the oldest event that is not rolled up");
        meter.CreateObservableGauge("adserver.rollup.position", () => lag().Roll, "{roll}", "Number of the last roll that was applied");
    }

    /// <summary>Shows whether a day that should be removed does not verify.</summary>
    public void Observe(Func<bool> isUnverified) => meter.CreateObservableGauge(
        "adserver.retention.unverified", () => isUnverified() ? 1 : 0, "{day}", "1 while the next day whose raw events should be removed does not verify");

    public void Removed(int events) => removed.Add(events);

    public void Rolled(int events, TimeSpan time)
    {
        rolled.Add(events);
        rollTime.Record(time.TotalSeconds);
    }

    private static double Age(JournalLag lag, TimeProvider clock) =>
        lag.Oldest is { } oldest ? Math.Max(0, (clock.Now() - oldest).TotalSeconds) : 0;
}
