using AdServer.Common;
using AdServer.Events;

namespace AdServer.Commands.Torture;

/// <summary>The one cycle that needs a store of its own: a server is killed while it makes the store, and the next one must serve on what is there.</summary>
internal sealed class FirstStart(
    string? mongo, IScratchDatabases databases, ServerCalls calls, Pace pace, TortureTally tally, TimeProvider clock)
{
    private const int Events = 20;

    /// <exception cref="StartException">The next server does not start.</exception>
    public async Task<Judgement> RunAsync(KillPlan plan, CancellationToken cancellation)
    {
        var store = new OwnStore(mongo, clock);
        Judgement judgement;
        await using (var victim = new Victim(store, 0, pace, clock))
        {
            victim.Launch(isNew: true);
            await victim.ReachAsync(course => course.Phase is KillPhase.Migration or KillPhase.Load, cancellation);
            // The console tells a little late: most of these kills come early.
            await Task.Delay(pace.Of(KillPhase.Migration) * plan.Moment * plan.Moment, clock, cancellation);
            tally.Add(await victim.KillAsync());
            tally.Restarts.Add(await victim.StartAsync(isNew: true, cancellation));
            judgement = await UseAsync(victim.Address!, cancellation);
        }

        if (judgement.Faults.Count == 0)
        {
            tally.LeftOver ??= await store.DeleteAsync(databases);
            return judgement;
        }

        tally.Add($"that store is kept, too: {store.Where}");
        return judgement;
    }

    /// <summary>Each event twice, which counts once.</summary>
    private async Task<Judgement> UseAsync(Uri server, CancellationToken cancellation)
    {
        var ads = await calls.AddAdsAsync(server, 1, cancellation);
        var ledger = new AnswerLedger(ads, []);
        var details = new EventDetails("com.example.torture", "view", 1, null);
        EventRequest[] events = [.. Enumerable.Range(0, Events)
            .Select(number => new EventRequest(ads[0], ApiJson.Format(clock.Now()), details, $"first-{number}"))];
        foreach (var reply in await calls.SendAsync(server, events))
        {
            ledger.Enter(ads[0], EventType.View, reply, wasSent: false);
        }

        await calls.SendAsync(server, events);
        await calls.CompleteAsync(server, ads[0], cancellation);
        return await calls.JudgeAsync(server, ledger, cancellation);
    }
}
