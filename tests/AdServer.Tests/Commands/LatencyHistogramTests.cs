using AdServer.Commands.Simulation;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary>Percentiles from a fixed amount of memory.</summary>
public sealed class LatencyHistogramTests
{
    [Fact]
    public void Nothing_measured_is_zero() => Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Percentile(0.5));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void A_percentile_is_within_a_thirty_second_of_the_sorted_sample(double share)
    {
        var random = new Random(7);
        var sample = Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 16)).ToArray();
        var histogram = new LatencyHistogram();
        Parallel.ForEach(sample, microseconds => histogram.Add(TimeSpan.FromMicroseconds(microseconds)));

        var exact = sample.Order().ElementAt((int)Math.Ceiling(sample.Length * share) - 1);
        var found = histogram.Percentile(share).TotalMicroseconds;

        Assert.InRange(found, exact, exact * (1 + (1.0 / 32)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(1_234_567)]
    [InlineData(3_600_000_000_000)]
    [InlineData(900_000_000_000_000)]
    public void The_longest_is_exact(long microseconds)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(TimeSpan.FromMicroseconds(microseconds));
        histogram.Add(TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), histogram.Percentile(1));
    }
}
