using System.Collections.Concurrent;

namespace AdServer.Web.Metrics;

/// <summary>What a metric is.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// All series of one metric, found by their tags without allocation. Their number is bounded: what comes beyond goes to one series
/// labelled <c>overflow</c>, so that no caller can grow us without bound.
/// </summary>
/// <param name="name">The name in the text format.</param>
/// <param name="help">What is measured, in a few words.</param>
/// <param name="kind">What the series are.</param>
/// <param name="bounds">The upper bounds of a histogram's buckets, ascending; empty for all else.</param>
internal sealed class MetricFamily(string name, string help, MetricKind kind, IReadOnlyList<double> bounds)
{
    public const int MaxSeries = 500;

    private static readonly KeyValuePair<string, object?>[] OverflowTags = [new("overflow", "true")];

    private readonly ConcurrentDictionary<TagSet, MetricCell> cells = new(TagSet.Comparer);
    private int known;

    public string Name => name;

    public string Help => help;

    public MetricKind Kind => kind;

    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>All series, ordered by their labels.</summary>
    public IReadOnlyList<MetricCell> Cells => [.. cells.Values.OrderBy(cell => cell.Labels, StringComparer.Ordinal)];

    /// <summary>The series with these tags, in any order.</summary>
    public MetricCell Cell(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (cells.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>().TryGetValue(tags, out var cell))
        {
            return cell;
        }

        var room = Volatile.Read(ref known) < MaxSeries;
        return Open(new TagSet(room ? tags : OverflowTags));
    }

    /// <summary>Forgets every series; for what is observed anew at each reading.</summary>
    public void Clear()
    {
        cells.Clear();
        Volatile.Write(ref known, 0);
    }

    private MetricCell Open(TagSet tags)
    {
        var added = new MetricCell(PrometheusText.Labels(tags.Tags), bounds);
        var cell = cells.GetOrAdd(tags, added);
        if (ReferenceEquals(cell, added))
        {
            Interlocked.Increment(ref known);
        }

        return cell;
    }
}
