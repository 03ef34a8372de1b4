using AdServer.Common;

namespace AdServer.Stats;

/// <summary>Deletes, in bounded slices, what removed ads left behind (law 6). What is marked is gone for readers anyway.</summary>
internal sealed class SweepService(ISweepStore store, StatsSettings settings, TimeProvider clock, ILogger<SweepService> log)
    : PeriodicSweep("What removed ads left behind cannot be deleted now and waits", settings.SweepEvery, clock, log)
{
    /// <summary>The most events of a slice: a few milliseconds of the store's writer.</summary>
    private const int Slice = 1000;

    public override async Task SweepAsync(CancellationToken cancellation)
    {
        while (await store.SweepRemovedAsync(Slice, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
