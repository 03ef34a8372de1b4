using AdServer.Common;

namespace AdServer.Access;

/// <summary>Forgets idempotency keys that were kept long enough.</summary>
internal sealed class KeySweepService(IIdempotencyStore store, TimeProvider clock, ILogger<KeySweepService> log)
    : PeriodicSweep("Idempotency keys that are old enough cannot be deleted now and stay", Every, clock, log)
{
    private const int Slice = 1000;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    private readonly TimeProvider clock = clock;

    public override async Task SweepAsync(CancellationToken cancellation)
    {
        while (await store.RemoveKeysAsync(clock.Now() - IdempotencyKeys.Kept, Slice, cancellation) == Slice)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
