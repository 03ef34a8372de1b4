using AdServer.Catalog;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>The formulas of section 4.</summary>
public sealed class ReportTests
{
    [Theory]
    [InlineData(3, 1, 33.33)]
    [InlineData(3, 2, 66.67)]
    [InlineData(8, 1, 12.5)]
    [InlineData(1600, 1, 0.06)]
    [InlineData(1, 5, 500)]
    [InlineData(7, 0, 0)]
    [InlineData(0, 9, 0)]
    public void ClickThroughRate_is_clicks_for_a_hundred_views(long views, long clicks, double rate) =>
        Assert.Equal(rate, new DayCounts(views, clicks, 4, 5, 6).ClickThroughRate());

    [Theory]
    [InlineData(2, 7_500, 3.75)]
    [InlineData(3, 10_000, 3.33)]
    [InlineData(200, 223_000, 1.11)]
    [InlineData(8, 1_000, 0.12)]
    [InlineData(8, 3_000, 0.38)]
    [InlineData(0, 9_000, 0)]
    public void AvgWatchDuration_is_seconds_of_views_per_view(long views, long milliseconds, double average) =>
        Assert.Equal(average, new DayCounts(views, 1, 1, 1, milliseconds).AvgWatchDuration());

    [Theory]
    [InlineData(nameof(Budget.Low), 700)]
    [InlineData(nameof(Budget.Medium), 350)]
    [InlineData(nameof(Budget.High), 233.33)]
    public void ConversionRate_is_clicks_by_the_level_of_the_budget(string budget, double rate)
    {
        Assert.Equal(rate, new DayCounts(3, 7, 0, 0, 0).ConversionRate(Enum.Parse<Budget>(budget)));
        Assert.Equal(0, new DayCounts(0, 7, 0, 0, 0).ConversionRate(Enum.Parse<Budget>(budget)));
    }

    [Theory]
    [InlineData(3, 2, 66.67)]
    [InlineData(0, 0, 0)]
    public void FillRate_is_fills_for_a_hundred_requests(long requests, long fills, double rate) =>
        Assert.Equal(rate, new Measures(default, 0, requests, fills).FillRate());
}
