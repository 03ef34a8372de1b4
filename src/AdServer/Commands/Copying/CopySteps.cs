using AdServer.Events;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands.Copying;

/// <summary>
/// Moves everything of one store into another, piece by piece: rows and the mark of how far it is; then derives what follows from events by the
/// roll-up itself. Killed at any moment and started again from the mark it goes on, and nothing is doubled.
/// </summary>
/// <param name="source">Where from.</param>
/// <param name="target">Where to.</param>
/// <param name="journal">The target's.</param>
/// <param name="stats">The target's.</param>
/// <param name="console">Who started it.</param>
internal sealed class CopySteps(ICopySource source, ICopyTarget target, IEventJournal journal, IStatsStore stats, IAnsiConsole console)
{
    /// <summary>Events of one roll, as <see cref="StatsSettings.RollSize"/> is by default.</summary>
    private const int RollSize = 5000;

    /// <summary>Moves all rows that are not there yet; returns the mark that only deriving is left.</summary>
    public async Task<CopyMark> MoveAsync(CopyMark mark, CopyCounts counts, CancellationToken cancellation)
    {
        while (mark.Stage < CopyStage.Derive)
        {
            mark = await MoveStageAsync(mark, counts.Of(mark.Stage), cancellation);
        }

        return mark;
    }

    /// <summary>Rolls up all that was moved.</summary>
    public Task DeriveAsync(CancellationToken cancellation) => DeriveAsync(journal, stats, console, cancellation);

    /// <summary>Rolls up all that waits in a store.</summary>
    public static Task DeriveAsync(IEventJournal journal, IStatsStore stats, IAnsiConsole console, CancellationToken cancellation) =>
        console.WithProgressAsync("Deriving statistics, event", steps => RollUpAsync(journal, stats, steps, cancellation));

    /// <summary>Moves the rest of a stage; returns the mark of the next.</summary>
    private async Task<CopyMark> MoveStageAsync(CopyMark mark, long all, CancellationToken cancellation)
    {
        var name = Words(mark.Stage);
        var last = await console.WithProgressAsync($"Copying {name}", steps => MovePiecesAsync(mark, all, steps, cancellation));
        await target.WriteAsync(null, last, last.NextStage(), cancellation);
        console.Line($"{last.Done} {name}");
        return last.NextStage();
    }

    private async Task<CopyMark> MovePiecesAsync(CopyMark mark, long all, Action<int, int> steps, CancellationToken cancellation)
    {
        while (await source.ReadAsync(mark.Stage, mark.Place, cancellation) is { } piece)
        {
            await target.WriteAsync(piece.Rows, mark, mark.After(piece), cancellation);
            mark = mark.After(piece);
            steps(Step(mark.Done), Step(all));
        }

        return mark;
    }

    private static async Task<bool> RollUpAsync(IEventJournal journal, IStatsStore stats, Action<int, int> steps, CancellationToken cancellation)
    {
        var all = (await journal.ReadLagAsync(cancellation)).Events;
        for (var done = 0L; await journal.NextRollAsync(RollSize, cancellation) is { } roll;)
        {
            await stats.ApplyAsync(roll, cancellation);
            steps(Step(done += roll.Events.Count), Step(all));
        }

        return true;
    }

    private static int Step(long number) => (int)Math.Min(number, int.MaxValue);

    private static string Words(CopyStage stage) => stage switch
    {
        CopyStage.Audit => "audit entries",
        CopyStage.RawSince => "days of retention",
        CopyStage.Kept => "rows of days without raw events",
        CopyStage.EventIds => "event ids",
        CopyStage.Deliveries => "delivery totals",
        CopyStage.Requests => "request totals",
        CopyStage.Delivered => "delivered ads",
        _ => stage.ToString().ToLowerInvariant(),
    };
}
