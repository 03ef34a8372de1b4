using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Compares raw events with everything that was derived from them, for every ad and day. Works beside a running server.</summary>
internal sealed class VerifyCommand(ILedgerStore ledger, IAnsiConsole console)
{
    /// <summary>The most differences that are printed; all are counted.</summary>
    public const int MostPrinted = 100;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var found = await console.WithProgressAsync("Comparing day", steps => CompareAsync(steps, cancellation));
        foreach (var line in found.Printed)
        {
            console.Line(line);
        }

        if (found.Differences == 0)
        {
            console.Line($"{found.Days} days, {found.Events} events: raw equals rolled up (position {found.Position})");
            return ExitCodes.Done;
        }

        var more = found.Differences > found.Printed.Count ? $", the first {found.Printed.Count} are above" : string.Empty;
        console.Line($"{found.Days} days, {found.Events} events: {found.Differences} differences (position {found.Position}){more}");
        return ExitCodes.Failed;
    }

    private async Task<Findings> CompareAsync(Action<int, int> steps, CancellationToken cancellation)
    {
        var findings = new Findings();
        var days = await ledger.ListDaysAsync(cancellation);
        foreach (var day in days)
        {
            steps(findings.Days, days.Count);
            findings.Add(await ledger.ReadDayAsync(day, cancellation));
        }

        foreach (var (package, adId, inRaw) in await ledger.ComparePackageAdsAsync(cancellation))
        {
            findings.Add($"ad {adId}, package {package}: package_ads {(inRaw ? "misses the ad, raw events have it" : "has the ad, no raw event does")}");
        }

        return findings;
    }

    /// <summary>What was found so far.</summary>
    private sealed class Findings
    {
        public int Days { get; private set; }

        public long Events { get; private set; }

        public long Position { get; private set; }

        public int Differences { get; private set; }

        public List<string> Printed { get; } = [];

        public void Add(DayLedger day)
        {
            Days++;
            Events += day.Raw.AdDays.Values.Sum(counts => counts.Events);
            Position = Math.Max(Position, day.Roll);
            foreach (var difference in Ledger.Compare(day))
            {
                Add(Describe(difference));
            }
        }

        public void Add(string difference)
        {
            Differences++;
            if (Printed.Count < MostPrinted)
            {
                Printed.Add(difference);
            }
        }

        private static string Describe(Difference one)
        {
            var package = one.Package.Length == 0 ? string.Empty : $", package {one.Package}";
            return $"{one.Day}, ad {one.AdId} of performer {one.PerformerId}{package}: "
                + $"{TableName(one.Table)} says {Describe(one.Derived)}, raw events say {Describe(one.Raw)}";
        }

        private static string Describe(DayCounts counts) =>
            $"{counts.Views} views, {counts.Clicks} clicks, {counts.Skips} skips, {counts.Exits} exits, {counts.WatchDurationSum} ms";

        private static string TableName(LedgerTable table) => table switch
        {
            LedgerTable.DailyAdStats => "daily_ad_stats",
            LedgerTable.DailyPackageStats => "daily_package_stats",
            LedgerTable.EventsByDay => "events_by_day",
            _ => throw new ArgumentOutOfRangeException(nameof(table)),
        };
    }
}
