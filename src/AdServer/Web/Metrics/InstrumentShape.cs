using System.Diagnostics.Metrics;

namespace AdServer.Web.Metrics;

/// <summary>How an instrument appears among the metrics: its name, kind and buckets.</summary>
internal static class InstrumentShape
{
    /// <summary>Upper bounds of latency buckets in seconds, unless an instrument advises its own.</summary>
    public static readonly IReadOnlyList<double> Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly IReadOnlyList<double> Sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

    public static MetricFamily FamilyOf(Instrument instrument)
    {
        var kind = KindOf(instrument.GetType().GetGenericTypeDefinition());
        var name = NameOf(instrument.Name, instrument.Unit, kind);
        return new MetricFamily(name, instrument.Description ?? instrument.Name, kind, kind == MetricKind.Histogram ? BoundsOf(instrument) : []);
    }

    /// <summary>Whether each measurement is the whole value and no step.</summary>
    public static bool IsAbsolute(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition() == typeof(Gauge<>);

    /// <summary>The name by the customs of Prometheus: base unit and <c>total</c> at its end.</summary>
    private static string NameOf(string name, string? unit, MetricKind kind)
    {
        var full = WithSuffix(PrometheusText.Name(name), unit switch { "s" => "_seconds", "By" => "_bytes", _ => string.Empty });
        return WithSuffix(full, kind == MetricKind.Counter ? "_total" : string.Empty);
    }

    private static string WithSuffix(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;

    private static MetricKind KindOf(Type type)
    {
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>))
        {
            return MetricKind.Counter;
        }

        return type == typeof(Histogram<>) ? MetricKind.Histogram : MetricKind.Gauge;
    }

    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } => advised,
        Histogram<long> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(bound => (double)bound)],
        { Unit: "s" } => Seconds,
        _ => Sizes,
    };
}
