using System.Globalization;
using AdServer.Events;
using Spectre.Console;

namespace AdServer.Commands.Simulation;

/// <summary>What a simulation ends with.</summary>
internal static class SimulationReport
{
    public static void Write(IAnsiConsole console, Tally tally, TimeSpan took)
    {
        console.Write(Requests(tally, took));
        console.Write(Events(tally));
        console.Write(Latencies(tally));
        if (tally.Errors > 0)
        {
            console.Write(Errors(tally));
        }

        console.Line($"Events answered 201: {tally.Events(EventAnswer.Logged)}. Errors: {tally.Errors}.");
    }

    private static Table Requests(Tally tally, TimeSpan took)
    {
        var rates = Math.Max(took.TotalSeconds, 0.001);
        return Numbers("Calls", "count", "per second")
            .AddRow("ad requests", Text(tally.Requests), Text(tally.Requests / rates))
            .AddRow("fills", Text(tally.Fills), Text(tally.Fills / rates))
            .AddRow("no-fills", Text(tally.NoFills), Text(tally.NoFills / rates))
            .AddRow("events", Text(tally.Events()), Text(tally.Events() / rates));
    }

    private static Table Events(Tally tally)
    {
        var answers = Enum.GetValues<EventAnswer>();
        var table = Numbers("Events", "201", "other 2xx", "refused", "5xx", "no answer");
        foreach (var type in Enum.GetValues<EventType>())
        {
            table.AddRow([type.ToString().ToLowerInvariant(), .. answers.Select(answer => Text(tally.Events(type, answer)))]);
        }

        return table.AddRow(["all", .. answers.Select(answer => Text(tally.Events(answer)))]);
    }

    private static Table Latencies(Tally tally) =>
        Numbers("Latency, ms", "p50", "p90", "p99", "max")
            .AddRow(["GET ads/random", .. Percentiles(tally.AdLatency)])
            .AddRow(["POST ad_event", .. Percentiles(tally.EventLatency)]);

    private static IEnumerable<string> Percentiles(LatencyHistogram latency) =>
        new[] { 0.5, 0.9, 0.99, 1 }.Select(share => latency.Percentile(share).TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture));

    private static Table Errors(Tally tally)
    {
        var table = Numbers("Errors", "count");
        foreach (var (kind, count) in tally.ErrorsByKind)
        {
            table.AddRow(Markup.Escape(kind), Text(count));
        }

        return table;
    }

    private static Table Numbers(string title, params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(title);
        foreach (var column in columns)
        {
            table.AddColumn(column, it => it.RightAligned());
        }

        return table;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
