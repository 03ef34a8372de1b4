using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>
/// Compares raw events with everything that was derived from them, for every ad and day, beside a running server. Broken off, it says how to
/// go on after the last day that it has done.
/// </summary>
internal sealed class VerifyCommand(ILedgerStore ledger, IEventJournal journal, IAnsiConsole console)
{
    /// <summary>The most differences that are printed; all are counted.</summary>
    public const int MostPrinted = 100;

    public async Task<int> RunAsync(DaySpan days, CancellationToken cancellation)
    {
        if (await ledger.ReadRawSinceAsync(cancellation) is { } since)
        {
            console.Line($"Raw events are kept since {since}; earlier days are not compared.");
            if (days.IsBefore(since))
            {
                return ExitCodes.NotCompared;
            }
        }

        var found = new Findings();
        try
        {
            await console.WithProgressAsync("Comparing day", async steps => await CompareAsync(days, found, steps, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Print(found);
            console.Line($"Interrupted after {Conclude(found)}. {HowToGoOn(days, found)}");
            return ExitCodes.Interrupted;
        }
        catch (StoreUnavailableException fault) when (found.Days > 0)
        {
            Print(found);
            console.Line($"{fault.Message}, after {Conclude(found)}. {HowToGoOn(days, found)}");
            return ExitCodes.NotCompared;
        }

        Print(found);
        console.Line(Conclude(found));
        return found.Differences == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private async Task<int> CompareAsync(DaySpan span, Findings findings, Action<int, int> steps, CancellationToken cancellation)
    {
        var since = await ledger.ReadRawSinceAsync(cancellation);
        var days = (await ledger.ListDaysAsync(cancellation)).Where(day => span.Holds(day) && !(day < since)).ToList();
        foreach (var day in days)
        {
            steps(findings.Days, days.Count);
            var before = findings.Count;
            findings.Add(day, await ledger.CheckDayAsync(day, findings.Add, cancellation), before);
        }

        // The sets belong to no day.
        foreach (var (package, adId, inRaw) in span.IsWhole ? await ledger.ComparePackageAdsAsync(cancellation) : [])
        {
            findings.Add($"ad {adId}, package {package}: package_ads {(inRaw ? "misses the ad, raw events have it" : "has the ad, no raw event does")}");
        }

        findings.Waiting = (await journal.ReadLagAsync(cancellation)).Events;
        return findings.Days;
    }

    private void Print(Findings found)
    {
        foreach (var line in found.Printed)
        {
            console.Line(line);
        }
    }

    private static string Conclude(Findings found)
    {
        var more = found.Differences > found.Printed.Count ? $", the first {found.Printed.Count} are above" : string.Empty;
        var result = found.Differences == 0 ? "raw equals rolled up" : $"{found.Differences} differences";
        var totals = found.WithoutTotals == 0 ? string.Empty : $"; the totals of {found.WithoutTotals} days were never at rest, and not compared";
        var waiting = found.Waiting == 0 ? string.Empty : $"; {found.Waiting} events after it are not rolled up yet, and not compared";
        return $"{found.Days} days, {found.Events} events: {result} (position {found.Position}){more}{totals}{waiting}";
    }

    private static string HowToGoOn(DaySpan days, Findings found) => (found.Last ?? days.After) is { } last
        ? $"Go on with: verify{(days.From is { } from ? $" --from {from}" : null)}{(days.To is { } to ? $" --to {to}" : null)} --after {last}"
        : "Nothing is half done: it can be run again.";

    /// <summary>What was found so far.</summary>
    private sealed class Findings
    {
        private long? position;

        public int Days { get; private set; }

        /// <summary>The last day that was compared to its end.</summary>
        public UtcDay? Last { get; private set; }

        public long Events { get; private set; }

        /// <summary>Every event of the rolls up to this one was compared.</summary>
        public long Position => position ?? 0;

        /// <summary>Events that no roll holds yet: reports have them, and a server rolls them up.</summary>
        public long Waiting { get; set; }

        public int WithoutTotals { get; private set; }

        public int Differences { get; private set; }

        public List<string> Printed { get; } = [];

        /// <summary>How many differences there are, and how many of them are to be printed.</summary>
        public (int Found, int Printed) Count => (Differences, Printed.Count);

        public void Add(DayLedger page)
        {
            foreach (var difference in Ledger.Compare(page))
            {
                Add(Describe(difference));
            }
        }

        /// <summary>Adds what came of a day, of whose differences those after a number are; nothing, if its raw events were removed meanwhile.</summary>
        public void Add(UtcDay day, DaySummary summary, (int Found, int Printed) before)
        {
            Last = day;
            if (!summary.IsKept)
            {
                Differences = before.Found;
                Printed.RemoveRange(before.Printed, Printed.Count - before.Printed);
                return;
            }

            Days++;
            Events += summary.Events;
            position = Math.Min(position ?? long.MaxValue, summary.Position);
            WithoutTotals += summary.Totals is null ? 1 : 0;
            if (summary.Totals is { AreEqual: false } totals)
            {
                Add(
                    $"{day}: reports say {Describe(totals.Reported)}, by package {Describe(totals.ReportedByPackage)}, "
                    + $"the rows of daily_ad_stats sum up to {Describe(totals.Rows)}");
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
            var revision = one.Revision == 0 ? string.Empty : $", revision {one.Revision}";
            var ofClass = one.Class switch
            {
                TrafficClass.None => string.Empty,
                TrafficClass.Verified => ", verified",
                _ => $", invalid: {TrafficRules.NameOf((TrafficFlaw)one.Class)}",
            };
            return $"{one.Day}, ad {one.AdId} of performer {one.PerformerId}{package}{revision}{ofClass}: "
                + $"{TableName(one.Table)} says {Describe(one.Derived)}, raw events say {Describe(one.Raw)}";
        }

        private static string Describe(DayCounts counts) =>
            $"{counts.Views} views, {counts.Clicks} clicks, {counts.Skips} skips, {counts.Exits} exits, {counts.WatchDurationSum} ms";

        private static string TableName(LedgerTable table) => table switch
        {
            LedgerTable.DailyAdStats => "daily_ad_stats",
            LedgerTable.DailyAdRevisions => "daily_ad_revisions",
            LedgerTable.DailyPackageStats => "daily_package_stats",
            LedgerTable.DailyInvalidStats => "daily_invalid_stats",
            LedgerTable.EventsByDay => "events_by_day",
            _ => throw new ArgumentOutOfRangeException(nameof(table)),
        };
    }
}
