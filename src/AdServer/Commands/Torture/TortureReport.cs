using System.Globalization;
using Spectre.Console;

namespace AdServer.Commands.Torture;

/// <summary>What a torture ends with.</summary>
internal static class TortureReport
{
    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("longest", 1)];

    public static void Write(IAnsiConsole console, TortureTally tally, TimeSpan took)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Torture").AddColumn(string.Empty, it => it.RightAligned());
        foreach (var (name, text) in Rows(tally, took))
        {
            table.AddRow(Markup.Escape(name), Markup.Escape(text));
        }

        console.Write(table);
        foreach (var fault in tally.Judgement.Faults.Concat(tally.Faults))
        {
            console.Line(fault);
        }
    }

    private static IEnumerable<(string Name, string Text)> Rows(TortureTally tally, TimeSpan took)
    {
        var (withId, without) = (tally.Judgement.WithId, tally.Judgement.WithoutId);
        return
        [
            ("cycles", Text(tally.Cycles)),
            ("seconds", Text((long)took.TotalSeconds)),
            ("kills", Text(tally.Kills)),
            .. Enum.GetValues<KillPhase>().Select(phase => ($"  {Name(phase)}", Text(tally.KillsIn(phase)))),
            ("ended before the kill", Text(tally.Orderly)),
            ("events with an id: answered", Text(withId.Answered)),
            ("  counted", Text(withId.Counted)),
            ("  lost", Text(withId.Lost)),
            ("  doubled", Text(withId.Doubled)),
            ("events without: answered", Text(without.Answered)),
            ("  may count too", Text(without.May)),
            ("  counted", Text(without.Counted)),
            ("  lost", Text(without.Lost)),
            ("  doubled", Text(without.Doubled)),
            .. Percentiles.Select(one => ($"restart, ms: {one.Name}", Text(tally.Restarts.Percentile(one.Share)))),
            ("verify", tally.Verify),
        ];
    }

    private static string Name(KillPhase phase) => phase switch
    {
        KillPhase.Migration => "making the store",
        KillPhase.StartUp => "starting up",
        KillPhase.Load => "under load",
        KillPhase.RollUp => "rolling up under load",
        KillPhase.Shutdown => "shutting down",
        _ => throw new ArgumentOutOfRangeException(nameof(phase)),
    };

    private static string Text(TimeSpan time) => Text((long)time.TotalMilliseconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
