using System.Diagnostics;
using System.Runtime.InteropServices;
using AdServer.Common;

namespace AdServer.Commands.Torture;

/// <summary>A server as a process of its own, to be killed and started again on its store.</summary>
/// <param name="store">Its store.</param>
/// <param name="number">Names its log.</param>
/// <param name="pace">Is told how long what came to its end took.</param>
/// <param name="clock">Measures that.</param>
internal sealed partial class Victim(OwnStore store, int number, Pace pace, TimeProvider clock) : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Rolls more often than usual: more moments to be killed in.</summary>
    private static readonly string[] Switches = ["--urls=http://127.0.0.1:0", "--Access:Mode=Open", "--Stats:RollUpEvery=00:00:00.250", .. Course.Switches];

    private readonly Lock gate = new();
    private readonly List<(Predicate<Course> Place, TaskCompletionSource<bool> Reached)> waiting = [];
    private Course course = new(isNew: false);
    private Process? process;
    private Task console = Task.CompletedTask;
    private bool wasKilled;
    private long since;
    private string lastWords = string.Empty;

    /// <summary>Where it listens; nothing while it does not.</summary>
    public Uri? Address => IsRunning ? course.Address : null;

    /// <summary>Whether it was started and has not ended.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Starts the process, and waits for nothing.</summary>
    /// <param name="isNew">Whether the store is still to be made.</param>
    public void Launch(bool isNew)
    {
        course = new Course(isNew);
        wasKilled = false;
        since = clock.GetTimestamp();
        IsRunning = true;
        process = Process.Start(store.Start([.. Switches, $"--Storage:SpoolPath=host-{number + 1}.spool.db"]))!;
        console = FollowAsync(process);
    }

    /// <summary>Starts it and waits until it listens; returns how long that took.</summary>
    /// <exception cref="StartException">It ended instead, or took longer than three minutes.</exception>
    public async Task<TimeSpan> StartAsync(bool isNew, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        Launch(isNew);
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var listens = false;
        try
        {
            listens = await ReachAsync(it => it.Address is not null, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It is killed by whoever has it.
        }

        if (!listens)
        {
            throw new StartException($"A server did not start. {lastWords} What else it said: {store.LogOf(number)}");
        }

        return clock.GetElapsedTime(started);
    }

    /// <summary>Ends when it has come to a place, or has ended; says which.</summary>
    public async Task<bool> ReachAsync(Predicate<Course> place, CancellationToken cancellation)
    {
        var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (!IsRunning || place(course))
            {
                return IsRunning;
            }

            waiting.Add((place, reached));
        }

        return await reached.Task.WaitAsync(cancellation);
    }

    /// <summary>Asks it to end in good order (SIGTERM), where the system can.</summary>
    public void Stop()
    {
        if (!OperatingSystem.IsWindows() && Signal(process!.Id, Terminate) == 0)
        {
            Change(it => it.Stop());
        }
    }

    /// <summary>Ends it at once (SIGKILL), and says how it ended; nothing if that was said before.</summary>
    public async Task<Death?> KillAsync()
    {
        if (process is null)
        {
            return null;
        }

        var hadEnded = process.HasExited;
        wasKilled = true;
        process.Kill();
        await console;
        await process.WaitForExitAsync(CancellationToken.None);
        var exitCode = process.ExitCode;
        process.Dispose();
        process = null;
        return exitCode == ExitCodes.Done ? Death.Orderly : new Death(hadEnded ? null : course.Phase, exitCode);
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task FollowAsync(Process running)
    {
        await using var log = new StreamWriter(store.LogOf(number), append: true);
        var fault = running.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await running.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            Change(it => it.Read(line));
            await log.WriteLineAsync(line);
        }

        lastWords = (await fault).Trim();
        await log.WriteLineAsync(lastWords);
        End();
    }

    private void Change(Action<Course> change)
    {
        lock (gate)
        {
            var before = course.Phase;
            change(course);
            if (course.Phase != before)
            {
                Note(before);
            }

            foreach (var one in waiting.Where(one => one.Place(course)).ToList())
            {
                waiting.Remove(one);
                one.Reached.SetResult(true);
            }
        }
    }

    private void End()
    {
        lock (gate)
        {
            Note(course.Phase);
            IsRunning = false;
            waiting.ForEach(one => one.Reached.SetResult(false));
            waiting.Clear();
        }
    }

    /// <summary>The phase ends. How long one took that a kill cut short says nothing, and nothing says the start in two parts around the making of a store.</summary>
    private void Note(KillPhase phase)
    {
        var isWhole = phase != KillPhase.StartUp || !course.IsNew;
        if (isWhole && !wasKilled)
        {
            pace.Took(phase, clock.GetElapsedTime(since));
        }

        since = clock.GetTimestamp();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}

/// <summary>How a server ended.</summary>
/// <param name="Phase">What it did when it was killed; nothing if it had ended before.</param>
/// <param name="ExitCode">What it told the system.</param>
internal sealed record Death(KillPhase? Phase, int ExitCode)
{
    /// <summary>It came to its end before the kill.</summary>
    public static Death Orderly { get; } = new(null, ExitCodes.Done);
}
