using System.Globalization;
using System.Text.Json;
using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands.Torture;

/// <summary>
/// Proves with servers of its own that what is answered is stored and counts once, whatever crashes: exit code 1 if not, 2 if it could not
/// run. Stopping it early is no error: what was done so far is compared.
/// </summary>
internal sealed class TortureCommand(IAnsiConsole console, IScratchDatabases databases, TimeProvider clock)
{
    private const int CyclesPerComparison = 10;

    /// <exception cref="StartException">There is no store to be had, or no server starts on it.</exception>
    public async Task<int> RunAsync(TortureOptions options, CancellationToken cancellation)
    {
        var store = new OwnStore(options.To, clock);
        var tally = new TortureTally();
        var started = clock.GetTimestamp();
        console.Line($"{options.Cycles} cycles, {options.Hosts} servers, seed {options.Seed}. The store: {store.Where}.");
        await using (var run = new CrashRun(store, options, databases, tally, clock))
        {
            await OpenAsync(run);
            await console.WithProgressAsync("Cycle", steps => KillAsync(run, options, tally, steps, cancellation));
            await ConcludeAsync(run, tally, cancellation);
        }

        TortureReport.Write(console, tally, clock.GetElapsedTime(started));
        return await TidyAsync(tally, store);
    }

    /// <exception cref="StartException">It could not run.</exception>
    private static async Task OpenAsync(CrashRun run)
    {
        try
        {
            await run.OpenAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is not StartException && IsOfServer(fault))
        {
            throw new StartException($"A new server does not answer: {fault.Message}", fault);
        }
    }

    /// <summary>Cycle after cycle, to the last one, the end of the time, Ctrl-C, or what is wrong.</summary>
    private async Task<bool> KillAsync(
        CrashRun run, TortureOptions options, TortureTally tally, Action<int, int> steps, CancellationToken cancellation)
    {
        using var time = options.Most is { } most ? new CancellationTokenSource(most, clock) : new CancellationTokenSource();
        try
        {
            while (tally.Cycles < options.Cycles && tally.IsClean && !time.IsCancellationRequested)
            {
                steps(tally.Cycles, options.Cycles);
                await run.KillAsync(KillPlan.Of(options.Seed, tally.Cycles), cancellation);
                tally.Cycles++;
                if (tally.Cycles % CyclesPerComparison == 0)
                {
                    await run.JudgeAsync(cancellation);
                    Tell(run, options, tally);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.Line("Stopping: what was done so far is compared.");
        }
        catch (Exception fault) when (IsOfServer(fault))
        {
            tally.Add(fault.Message);
        }

        return tally.IsClean;
    }

    private void Tell(CrashRun run, TortureOptions options, TortureTally tally)
    {
        if (!console.IsWatched())
        {
            console.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"Cycle {tally.Cycles} of {options.Cycles}: {tally.Kills} kills, {run.Answered} events answered, {(tally.IsClean ? "all of them counted, once" : "and not all of them counted once")}."));
        }
    }

    /// <summary>After Ctrl-C in a terminal the servers end too, each in its own time: all are started afresh.</summary>
    private static async Task ConcludeAsync(CrashRun run, TortureTally tally, CancellationToken cancellation)
    {
        try
        {
            if (cancellation.IsCancellationRequested)
            {
                await run.FellAsync();
            }

            await run.CloseAsync(CancellationToken.None);
        }
        catch (Exception fault) when (IsOfServer(fault))
        {
            tally.Add(fault.Message);
        }
    }

    /// <summary>A server that does not start again, or answers what must be answered with an error or not at all.</summary>
    private static bool IsOfServer(Exception fault) => fault is StartException or HttpRequestException or JsonException or TimeoutException
        or TaskCanceledException { InnerException: TimeoutException };

    private async Task<int> TidyAsync(TortureTally tally, OwnStore store)
    {
        if (!tally.IsClean)
        {
            console.Line($"NOT all is well. Everything is kept in {store.Where}.");
            return ExitCodes.Failed;
        }

        tally.LeftOver ??= await store.DeleteAsync(databases);
        if (tally.LeftOver is { } left)
        {
            console.Line($"Tidy up yourself: {left}.");
        }

        console.Line("Every event that was answered is counted, once.");
        return ExitCodes.Done;
    }
}
