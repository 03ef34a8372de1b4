using System.Globalization;

namespace AdServer.Benchmarks.Http;

/// <summary>What the ad server says of itself at <c>/metrics</c>.</summary>
/// <param name="text">The page.</param>
internal sealed class Metrics(string text)
{
    private readonly string[] lines = text.Split('\n');

    /// <summary>The sum of a metric over all its labels; 0 as long as there is none.</summary>
    public double Sum(string name) => lines.Where(line => IsOf(line, name)).Sum(Value);

    /// <summary>Managed memory in use, garbage included.</summary>
    public double HeapMegabytes => Sum("dotnet_gc_heap_bytes") / 1048576;

    private static bool IsOf(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) && line.AsSpan(name.Length) is [' ' or '{', ..];

    private static double Value(string line) => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
}
