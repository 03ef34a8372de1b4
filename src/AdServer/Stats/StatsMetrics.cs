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

    public StatsMetrics(IMeterFactory meters)
    {
        meter = meters.Create("AdServer.Stats");
        rolled = meter.CreateCounter<long>("adserver.rollup.events", "{event}", "Events rolled up");
        rollTime = meter.CreateHistogram<double>("adserver.rollup.duration", "s", "Time of applying a roll");
    }

    /// <summary>Shows how far the roll-up is behind.</summary>
    public void Observe(Func<JournalLag> lag, TimeProvider clock)
    {
        meter.CreateObservableGauge("adserver.rollup.lag_events", () => lag().Events, "{event}", "Committed events that are not rolled up");
        meter.CreateObservableGauge(
            "adserver.rollup.lag_seconds", () => Age(lag(), clock), "s", "Age of the oldest event that is not rolled up");
        meter.CreateObservableGauge("adserver.rollup.position", () => lag().Roll, "{roll}", "Number of the last roll that was applied");
    }

    public void Rolled(int events, TimeSpan time)
    {
        rolled.Add(events);
        rollTime.Record(time.TotalSeconds);
    }

    private static double Age(JournalLag lag, TimeProvider clock) =>
        lag.Oldest is { } oldest ? Math.Max(0, (clock.Now() - oldest).TotalSeconds) : 0;
}
