using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>
/// Derives everything again from raw events, day by day, then the package sets. Each step is one atomic write that depends on raw
/// events alone: stopped anywhere, it can be run again.
/// </summary>
internal sealed class RebuildCommand(ILedgerStore ledger, IAnsiConsole console, TimeProvider clock)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var days = await console.WithProgressAsync("Rebuilding day", steps => RebuildAsync(steps, cancellation));
        console.Line($"{days} days and the package sets were derived again from raw events in {clock.GetElapsedTime(started).TotalSeconds:0.0} s.");
        return ExitCodes.Done;
    }

    private async Task<int> RebuildAsync(Action<int, int> steps, CancellationToken cancellation)
    {
        var days = await ledger.ListDaysAsync(cancellation);
        for (var done = 0; done < days.Count; done++)
        {
            steps(done, days.Count);
            await ledger.RebuildDayAsync(days[done], cancellation);
        }

        await ledger.RebuildPackageAdsAsync(cancellation);
        return days.Count;
    }
}
