using AdServer.Catalog;

namespace AdServer.Stats;

/// <summary>The formulas of WireContract.md (section 4): rates from counts, 0 where there were no views.</summary>
internal static class Report
{
    private const double MillisecondsPerSecond = 1000;
    private const double Percent = 100;

    /// <summary>Clicks for a hundred views.</summary>
    public static double ClickThroughRate(this DayCounts counts) => PerView(counts, (double)counts.Clicks / counts.Views * Percent);

    /// <summary>Seconds watched per view.</summary>
    public static double AvgWatchDuration(this DayCounts counts) =>
        PerView(counts, counts.WatchDurationSum / MillisecondsPerSecond / counts.Views);

    /// <summary>Clicks by the level of the budget. It is no rate; older clients read it under this name.</summary>
    public static double ConversionRate(this DayCounts counts, Budget budget) =>
        PerView(counts, (double)counts.Clicks / Level(budget) * Percent);

    /// <summary>Seconds watched in all views.</summary>
    public static double WatchSeconds(this DayCounts counts) => counts.WatchDurationSum / MillisecondsPerSecond;

    /// <summary>The share of requests that got an ad, of a hundred.</summary>
    public static double FillRate(this Measures measures) =>
        measures.Requests == 0 ? 0 : PythonRounding.ToCents((double)measures.Fills / measures.Requests * Percent);

    private static int Level(Budget budget) => budget switch
    {
        Budget.Low => 1,
        Budget.Medium => 2,
        Budget.High => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(budget)),
    };

    private static double PerView(DayCounts counts, double value) => counts.Views == 0 ? 0 : PythonRounding.ToCents(value);
}
