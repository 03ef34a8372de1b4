using System.Collections.Concurrent;

namespace AdServer.Commands.Torture;

/// <summary>How long each phase of a server took the last time that it came to its end: within that, kills are spread.</summary>
internal sealed class Pace
{
    private readonly ConcurrentDictionary<KillPhase, TimeSpan> known = new()
    {
        [KillPhase.Migration] = TimeSpan.FromMilliseconds(40),
        [KillPhase.StartUp] = TimeSpan.FromSeconds(1),
        [KillPhase.Load] = TimeSpan.Zero,
        [KillPhase.RollUp] = TimeSpan.FromMilliseconds(10),
        [KillPhase.Shutdown] = TimeSpan.FromMilliseconds(200),
    };

    public TimeSpan Of(KillPhase phase) => known[phase];

    /// <summary>A phase came to its end. How long load lasts says nothing: kills under load wait for events alone.</summary>
    public void Took(KillPhase phase, TimeSpan time) => known[phase] = phase == KillPhase.Load ? TimeSpan.Zero : time;
}
