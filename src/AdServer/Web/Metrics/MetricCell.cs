namespace AdServer.Web.Metrics;

/// <summary>
/// One series: a number or, with bounds, a histogram. Written by any thread without a lock; read while it is written, so the sum of
/// a histogram may be a measurement ahead of its counts.
/// </summary>
internal sealed class MetricCell(string labels, IReadOnlyList<double> bounds)
{
    private readonly double[] bounds = [.. bounds];
    private readonly long[] counts = new long[bounds.Count + 1];
    private double value;

    /// <summary>The labels in the text format, without the braces.</summary>
    public string Labels => labels;

    /// <summary>The number, or the sum of what a histogram was given.</summary>
    public double Value => Volatile.Read(ref value);

    /// <summary>How many measurements fell into each bucket; the last is for those above all bounds.</summary>
    public long[] Counts => [.. counts.Select((_, bucket) => Volatile.Read(ref counts[bucket]))];

    public void Set(double number) => Volatile.Write(ref value, number);

    public void Add(double number)
    {
        var seen = Volatile.Read(ref value);
        for (var before = double.NaN; !seen.Equals(before);)
        {
            before = seen;
            seen = Interlocked.CompareExchange(ref value, before + number, before);
        }
    }

    /// <summary>Counts a measurement into the first bucket whose bound it does not exceed.</summary>
    public void Observe(double number)
    {
        var bucket = 0;
        while (bucket < bounds.Length && !(number <= bounds[bucket]))
        {
            bucket++;
        }

        Interlocked.Increment(ref counts[bucket]);
        Add(number);
    }
}
