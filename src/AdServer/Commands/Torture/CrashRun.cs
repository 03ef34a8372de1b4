using System.Diagnostics;
using AdServer.Common;

namespace AdServer.Commands.Torture;

/// <summary>Servers on one store, apps that use them, and what becomes of both when servers are killed, cycle after cycle.</summary>
internal sealed class CrashRun : IAsyncDisposable
{
    private const int AdsWithId = 6;
    private const int AdsWithout = 4;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HaltWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient http = CommandHttp.NewClient(AnswerWithin);
    private readonly Pace pace = new();
    private readonly ServerCalls calls;
    private readonly Victim[] victims;
    private readonly OwnStore store;
    private readonly TortureOptions options;
    private readonly TortureTally tally;
    private readonly TimeProvider clock;
    private readonly FirstStart firstStart;
    private AnswerLedger? ledger;
    private Load? load;

    public CrashRun(OwnStore store, TortureOptions options, IScratchDatabases databases, TortureTally tally, TimeProvider clock)
    {
        (this.store, this.options, this.tally, this.clock) = (store, options, tally, clock);
        calls = new ServerCalls(http, clock);
        firstStart = new FirstStart(options.To, databases, calls, pace, tally, clock);
        victims = [.. Enumerable.Range(0, options.Hosts).Select(number => new Victim(store, number, pace, clock))];
    }

    /// <summary>Events that were answered so far.</summary>
    public long Answered => ledger?.Answered ?? 0;

    /// <summary>Starts the servers and the apps.</summary>
    /// <exception cref="StartException">A server does not start.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        foreach (var victim in victims)
        {
            await victim.StartAsync(isNew: victim == victims[0], cancellation);
        }

        var ads = await calls.AddAdsAsync(victims[0].Address!, AdsWithId + AdsWithout, cancellation);
        ledger = new AnswerLedger([.. ads.Take(AdsWithId)], [.. ads.Skip(AdsWithId)]);
        load = new Load(victims, calls, ledger, options.Seed, clock);
        load.Start();
    }

    /// <summary>Kills one server as planned, and counts what it was doing then.</summary>
    /// <exception cref="StartException">A server does not start any more.</exception>
    public async Task KillAsync(KillPlan plan, CancellationToken cancellation)
    {
        if (plan.Phase == KillPhase.Migration)
        {
            tally.Gone += await firstStart.RunAsync(plan, cancellation);
            return;
        }

        var victim = plan.Phase == KillPhase.StartUp ? await FallenAsync(plan) : await RiseAsync(plan, cancellation);
        await ReachAsync(victim, plan, cancellation);
        await Task.Delay(pace.Of(plan.Phase) * plan.Moment, clock, cancellation);
        tally.Add(await victim.KillAsync());
    }

    /// <summary>Starts all servers that are down, lets all that was begun be answered, and holds the ledger against each server's statistics.</summary>
    public async Task JudgeAsync(CancellationToken cancellation)
    {
        await RiseAsync(default, cancellation);
        await load!.HaltAsync().WaitAsync(HaltWithin, clock, cancellation);
        var complete = Task.WhenAll(victims.Select(victim => calls.CompleteAsync(victim.Address!, ledger!.Ads[0], cancellation)));
        await complete.WaitAsync(HaltWithin, clock, cancellation);
        foreach (var victim in victims)
        {
            tally.Latest = await calls.JudgeAsync(victim.Address!, ledger!, cancellation);
            if (tally.Latest.Faults.Count > 0)
            {
                break;
            }
        }

        load.Start();
    }

    /// <summary>The last comparison, and <c>verify</c> beside the running servers.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        await JudgeAsync(cancellation);
        await load!.HaltAsync();
        Note(ledger!.Refused, "events were refused");
        Note(ledger.Contradicted, "answers contradict what was answered before");
        Note(load.Unserved, "requests for an ad were refused");
        using var verify = Process.Start(store.Start("verify"))!;
        var error = verify.StandardError.ReadToEndAsync(cancellation);
        var said = (await verify.StandardOutput.ReadToEndAsync(cancellation)).Trim();
        await verify.WaitForExitAsync(cancellation);
        tally.Verify = said.Split('\n')[^1];
        if (verify.ExitCode != ExitCodes.Done)
        {
            tally.Add($"verify: exit code {verify.ExitCode}. {said} {await error}");
        }
    }

    /// <summary>Ends all servers at once, whatever they do: what follows starts them again.</summary>
    public async Task FellAsync()
    {
        foreach (var victim in victims)
        {
            await victim.KillAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (load is not null)
        {
            await load.DisposeAsync();
        }

        await FellAsync();
        http.Dispose();
    }

    /// <summary>A server that is down, on its way up again; one is struck down if there is none.</summary>
    private async Task<Victim> FallenAsync(KillPlan plan)
    {
        var fallen = victims.FirstOrDefault(victim => !victim.IsRunning);
        if (fallen is null)
        {
            fallen = Choose(plan);
        }

        tally.Add(await fallen.KillAsync());
        fallen.Launch(isNew: false);
        return fallen;
    }

    /// <summary>Starts all servers that are down; returns the one to kill.</summary>
    private async Task<Victim> RiseAsync(KillPlan plan, CancellationToken cancellation)
    {
        foreach (var victim in victims.Where(victim => !victim.IsRunning))
        {
            // One that was not killed ended by itself.
            tally.Add(await victim.KillAsync());
            tally.Restarts.Add(await victim.StartAsync(isNew: false, cancellation));
        }

        return Choose(plan);
    }

    private Victim Choose(KillPlan plan) => victims[(int)(plan.Victim * victims.Length)];

    private async Task ReachAsync(Victim victim, KillPlan plan, CancellationToken cancellation)
    {
        if (plan.Phase == KillPhase.StartUp)
        {
            return;
        }

        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await load!.PassAsync(plan.Events, either.Token);
            if (plan.Phase == KillPhase.Shutdown)
            {
                victim.Stop();
            }

            await victim.ReachAsync(course => course.Phase == plan.Phase, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It is killed all the same, in whatever it does.
        }
    }

    private void Note(long count, string what)
    {
        if (count > 0)
        {
            tally.Add($"{count} {what}");
        }
    }
}
