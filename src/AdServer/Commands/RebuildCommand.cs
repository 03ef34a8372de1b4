using AdServer.Access;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>
/// Derives everything again from raw events, day by day, then the package sets; or some days alone. Each step is one atomic write that
/// depends on raw events alone: stopped anywhere, it can be run again.
/// </summary>
internal sealed class RebuildCommand(ILedgerStore ledger, AuditLog audit, IAnsiConsole console, TimeProvider clock)
{
    public async Task<int> RunAsync(DaySpan days, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        if (await ledger.ReadRawSinceAsync(cancellation) is { } since)
        {
            console.Line($"Raw events are kept since {since}; earlier days cannot be derived again, and stay as they are.");
            if (days.IsBefore(since))
            {
                return ExitCodes.Failed;
            }
        }

        var done = await audit.RecordAsync(
            AuditOrigin.CommandLine,
            new AuditChange(AuditAction.RebuildStats, days.ToString()),
            () => console.WithProgressAsync("Rebuilding day", steps => RebuildAsync(days, steps, cancellation)),
            _ => true,
            cancellation);
        var what = days.IsWhole ? $"{done} days and the package sets" : $"{done} days";
        console.Line($"{what} were derived again from raw events in {clock.GetElapsedTime(started).TotalSeconds:0.0} s.");
        return ExitCodes.Done;
    }

    private async Task<int> RebuildAsync(DaySpan span, Action<int, int> steps, CancellationToken cancellation)
    {
        var since = await ledger.ReadRawSinceAsync(cancellation);
        if (span.IsWhole)
        {
            // First: whoever mends a day adds to these sets, and could not if they cannot be read.
            await ledger.RebuildPackageAdsAsync(cancellation);
        }

        var days = (await ledger.ListDaysAsync(cancellation)).Where(day => span.Holds(day) && !(day < since)).ToList();
        for (var done = 0; done < days.Count; done++)
        {
            steps(done, days.Count);
            await ledger.RebuildDayAsync(days[done], LedgerCheck.MostRebuiltKeys, cancellation);
        }

        return days.Count;
    }
}
