using AdServer.Events;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands.Copying;

/// <summary>
/// Moves everything of one store into another, piece by piece: rows and the mark of how far it is; then derives what follows from events by the
/// roll-up itself; then compares. Killed at any moment and started again it goes on, and nothing is doubled.
/// </summary>
/// <param name="source">Where from.</param>
/// <param name="target">Where to.</param>
/// <param name="journal">The target's.</param>
/// <param name="stats">The target's.</param>
/// <param name="console">Who started it.</param>
internal sealed class CopyCommand(ICopySource source, ICopyTarget target, IEventJournal journal, IStatsStore stats, IAnsiConsole console)
{
    /// <summary>Events of one roll, as <see cref="StatsSettings.RollSize"/> is by default.</summary>
    private const int RollSize = 5000;

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
        while (mark.Stage < CopyStage.Derive)
        {
            mark = await MoveAsync(mark, counts.Of(mark.Stage), cancellation);
        }

        await console.WithProgressAsync("Deriving statistics, event", steps => RollUpAsync(steps, cancellation));
        return await CompareAsync(mark, counts, cancellation);
    }

    /// <summary>Moves the rest of a stage; returns the mark of the next.</summary>
    private async Task<CopyMark> MoveAsync(CopyMark mark, long all, CancellationToken cancellation)
    {
        var name = Words(mark.Stage);
        var last = await console.WithProgressAsync($"Copying {name}", steps => MoveAsync(mark, all, steps, cancellation));
        await target.WriteAsync(null, last, last.NextStage(), cancellation);
        console.Line($"{last.Done} {name}");
        return last.NextStage();
    }

    private async Task<CopyMark> MoveAsync(CopyMark mark, long all, Action<int, int> steps, CancellationToken cancellation)
    {
        while (await source.ReadAsync(mark.Stage, mark.Place, cancellation) is { } piece)
        {
            await target.WriteAsync(piece.Rows, mark, mark.After(piece), cancellation);
            mark = mark.After(piece);
            steps(Step(mark.Done), Step(all));
        }

        return mark;
    }

    private async Task<bool> RollUpAsync(Action<int, int> steps, CancellationToken cancellation)
    {
        var all = (await journal.ReadLagAsync(cancellation)).Events;
        for (var done = 0L; await journal.NextRollAsync(RollSize, cancellation) is { } roll;)
        {
            await stats.ApplyAsync(roll, cancellation);
            steps(Step(done += roll.Events.Count), Step(all));
        }

        return true;
    }

    private async Task<int> CompareAsync(CopyMark mark, CopyCounts counts, CancellationToken cancellation)
    {
        var check = new CopyCheck(source, target, stats);
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

    private static int Step(long number) => (int)Math.Min(number, int.MaxValue);

    private static string Words(CopyStage stage) => stage switch
    {
        CopyStage.EventIds => "event ids",
        CopyStage.Deliveries => "delivery totals",
        CopyStage.Requests => "request totals",
        _ => stage.ToString().ToLowerInvariant(),
    };
}
