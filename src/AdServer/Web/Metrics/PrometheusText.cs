using System.Globalization;
using System.Text;

namespace AdServer.Web.Metrics;

/// <summary>Writes metrics in the Prometheus text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            Write(text, family, family.Cells);
        }

        return text.ToString();
    }

    /// <summary>Labels as they stand between the braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (key, value) in tags)
        {
            labels.Add($"{Name(key)}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty)}\"");
        }

        return string.Join(',', labels.Order(StringComparer.Ordinal));
    }

    /// <summary>A name of the format: every character that it does not allow becomes an underscore.</summary>
    public static string Name(string name) =>
        string.Concat(name.Select((letter, place) => char.IsAsciiLetter(letter) || (place > 0 && char.IsAsciiDigit(letter)) ? letter : '_'));

    private static void Write(StringBuilder text, MetricFamily family, IReadOnlyList<MetricCell> cells)
    {
        if (cells.Count == 0)
        {
            return;
        }

        var help = family.Help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeOf(family.Kind)).Append('\n');
        foreach (var cell in cells)
        {
            if (family.Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, family, cell);
            }
            else
            {
                WriteLine(text, family.Name, cell.Labels, cell.Value);
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, MetricCell cell)
    {
        var counts = cell.Counts;
        var below = 0L;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            below += counts[bucket];
            var bound = bucket < family.Bounds.Count ? family.Bounds[bucket] : double.PositiveInfinity;
            var comma = cell.Labels.Length == 0 ? string.Empty : ",";
            WriteLine(text, family.Name + "_bucket", $"{cell.Labels}{comma}le=\"{Number(bound)}\"", below);
        }

        WriteLine(text, family.Name + "_sum", cell.Labels, cell.Value);
        WriteLine(text, family.Name + "_count", cell.Labels, below);
    }

    private static void WriteLine(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        MetricKind.Histogram => "histogram",
        _ => "untyped",
    };

    private static string Escape(string value) =>
        value.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", @"\n", StringComparison.Ordinal);
}
