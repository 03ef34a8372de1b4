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
    private DateTimeOffset? asked;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await PollAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task<bool> AskAsync(CancellationToken cancellation)
    {
        var now = await store.ReadTokenClockAsync(cancellation);
        await foreach (var token in store.ListTokensAsync(asked, cancellation))
        {
            directory.Take(token);
        }

        asked = now;
        return now is not null;
    }
}
