using AdServer.Common;

namespace AdServer.Serving;

/// <summary>
/// Makes signing keys ahead of their time, takes in those of other hosts, and removes those that nothing can be verified by any more. A key is
/// made a whole period before it signs; only the first one ever has to wait, until hosts that ask at their longest know it.
/// </summary>
internal sealed class SigningKeyRefresher(
    ISigningKeyStore store, SigningKeys keys, ServingSettings settings, TimeProvider clock, ILogger<SigningKeyRefresher> log)
    : PollingRefresher("keys to sign deliveries are not renewed, and those of other hosts not known", Every, clock, log)
{
    /// <summary>How often it looks; much oftener than keys change.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    /// <summary>How long a key is left alone where other hosts have to learn of it: some looks, one of which may fail.</summary>
    public static readonly TimeSpan Lead = 4 * Every;

    /// <summary>Clocks differ, and whoever signed last with it may have been late.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    private readonly TimeProvider clock = clock;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.SignDeliveries)
        {
            await PollAsync(cancellationToken);
            await base.StartAsync(cancellationToken);
        }
    }

    /// <summary>Always to be asked again: keys are renewed though nobody else writes.</summary>
    protected override async Task<bool> AskAsync(CancellationToken cancellation)
    {
        var now = clock.Now();
        var shared = await store.ReadSigningClockAsync(cancellation);
        var known = await store.ListSigningKeysAsync(cancellation);
        var missing = PeriodsAt(now).Where(start => !known.Any(key => key.Id == SigningKey.IdOf(start, settings.SigningKeyLife))).ToList();
        foreach (var start in missing)
        {
            var lead = shared is null ? TimeSpan.Zero : Lead;
            await store.AddSigningKeyAsync(SigningKey.Make(start, settings.SigningKeyLife, now, lead), cancellation);
        }

        // Whoever came first decides what the key of a period is.
        known = missing.Count > 0 ? await store.ListSigningKeysAsync(cancellation) : known;
        keys.Take(known);
        await RemoveAsync(known, shared < now ? shared.Value : now, cancellation);
        return true;
    }

    /// <summary>The present period and the next.</summary>
    private DateTimeOffset[] PeriodsAt(DateTimeOffset now)
    {
        var life = (long)settings.SigningKeyLife.TotalSeconds;
        var start = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / life * life);
        return [start, start + settings.SigningKeyLife];
    }

    /// <summary>Removes keys by which everything was signed too long ago, by the clock that is behind: one that is wrong takes nothing from others.</summary>
    private async Task RemoveAsync(IReadOnlyList<SigningKey> known, DateTimeOffset now, CancellationToken cancellation)
    {
        var over = known.Where(key => key.SignsUntil + settings.DeliveryLife + Slack < now).Select(key => key.Id).ToList();
        if (over.Count > 0)
        {
            await store.RemoveSigningKeysAsync(over, cancellation);
        }
    }
}
