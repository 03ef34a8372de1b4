using AdServer.Common;

namespace AdServer.Access;

/// <summary>
/// Fills the directory before the host listens, then hears again and again which tokens other hosts made or revoked, and remembers when
/// tokens were used.
/// </summary>
internal sealed class TokenRefresher(
    ITokenStore store, TokenDirectory directory, AccessSettings settings, TimeProvider clock, ILogger<TokenRefresher> log)
    : PollingRefresher("tokens that were made or revoked on other hosts are not known", settings.PollEvery, clock, log)
{
    /// <summary>How long a token that has ended is in memory, as a session is.</summary>
    private static readonly TimeSpan EndedFor = TimeSpan.FromDays(1);

    private readonly TimeProvider time = clock;
    private readonly Lock door = new();
    private DateTimeOffset? asked;
    private Task? coming;

    /// <summary>
    /// Takes in what others wrote before the call, now and not at the next second; nothing where nobody else writes. Whoever calls meanwhile
    /// waits for the same look, so that any number of callers is one look at a time.
    /// </summary>
    public Task HearAsync()
    {
        lock (door)
        {
            return asked is null ? Task.CompletedTask : coming ??= Task.Run(() => PollAsync(CancellationToken.None));
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await PollAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task<bool> AskAsync(CancellationToken cancellation)
    {
        lock (door)
        {
            // Who comes from here on may have to hear of what this look has passed by.
            coming = null;
        }

        var now = await store.ReadTokenClockAsync(cancellation);
        // News are of ended ones, too: a host that heard nothing for days would take them for valid.
        var news = asked is null ? store.ListLivingTokensAsync(time.Now() - EndedFor, cancellation) : store.ListTokensAsync(asked, cancellation);
        await foreach (var token in news)
        {
            directory.Take(token);
        }

        asked = now;
        return now is not null;
    }
}
