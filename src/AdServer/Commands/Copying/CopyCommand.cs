using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands.Copying;

/// <summary>Moves everything of one store into another, then compares. Killed at any moment and started again it goes on, and nothing is doubled.</summary>
/// <param name="source">Where from.</param>
/// <param name="target">Where to.</param>
/// <param name="journal">The target's.</param>
/// <param name="stats">The target's.</param>
/// <param name="serving">The target's.</param>
/// <param name="console">Who started it.</param>
internal sealed class CopyCommand(
    ICopySource source, ICopyTarget target, IEventJournal journal, IStatsStore stats, IServingStore serving, IAnsiConsole console)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var mark = await target.BeginAsync(source.Name, cancellation);
        if (mark.IsFinished)
        {
            console.Line($"{source.Name} has been copied to {target.Name} before, and compared: nothing was done. To copy it again, name an empty store with --to.");
            return ExitCodes.Done;
        }

        console.Line($"Copying {source.Name} to {target.Name}{(mark == CopyMark.Start ? string.Empty : ", from where it was stopped")}.");
        var counts = await source.CountAsync(cancellation);
        var steps = new CopySteps(source, target, journal, stats, console);
        mark = await steps.MoveAsync(mark, counts, cancellation);
        await steps.DeriveAsync(cancellation);
        return await CompareAsync(mark, counts, cancellation);
    }

    private async Task<int> CompareAsync(CopyMark mark, CopyCounts counts, CancellationToken cancellation)
    {
        var check = new CopyCheck(source, target, serving);
        var days = await console.WithProgressAsync("Comparing day", steps => check.RunAsync(counts, steps, cancellation));
        check.Printed.ForEach(console.Line);
        foreach (var remark in await source.ReadRemarksAsync(cancellation))
        {
            console.Line(remark);
        }

        if (check.Differences > 0)
        {
            console.Line($"{check.Differences} differences. {target.Name} is not to be served. Look at the source with verify: if it finds differences "
                + "too, rebuild mends them. If the source was written to meanwhile, stop its servers. Then copy again, into an empty store.");
            return ExitCodes.Failed;
        }

        await target.WriteAsync(null, mark, mark.Finish(), cancellation);
        console.Line($"{counts.Events} events, {days} days: {target.Name} equals {source.Name}.");
        return ExitCodes.Done;
    }
}
