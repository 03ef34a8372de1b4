namespace AdServer.Benchmarks;

/// <summary>The number in the middle, which a single bad moment does not move.</summary>
internal static class Medians
{
    public static double Median(this IEnumerable<double> all)
    {
        double[] ordered = [.. all.Order()];
        return ordered[ordered.Length / 2];
    }
}
