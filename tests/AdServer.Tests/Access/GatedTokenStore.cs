using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Common;

namespace AdServer.Tests.Access;

/// <summary>A store of tokens that tells when one was added, does not shorten any while a test says so, and notes uses when a test lets it.</summary>
internal sealed class GatedTokenStore(ITokenStore inner) : ITokenStore
{
    /// <summary>Called when a token was added.</summary>
    public Action Added { get; init; } = () => { };

    public bool IsShorteningAway { get; set; }

    /// <summary>Called before uses are noted.</summary>
    public Func<CancellationToken, Task> Noting { get; set; } = _ => Task.CompletedTask;

    public async Task<bool> AddTokenAsync(AccessToken token, CancellationToken cancellation)
    {
        var isAdded = await inner.AddTokenAsync(token, cancellation);
        Added();
        return isAdded;
    }

    public Task ShortenTokenAsync(string id, DateTimeOffset graceUntil, CancellationToken cancellation) =>
        IsShorteningAway ? throw new StoreUnavailableException("The store is away") : inner.ShortenTokenAsync(id, graceUntil, cancellation);

    public Task<bool> PutTokenAsync(AccessToken token, CancellationToken cancellation) => inner.PutTokenAsync(token, cancellation);

    public Task<AccessToken?> FindTokenAsync(string id, CancellationToken cancellation) => inner.FindTokenAsync(id, cancellation);

    public Task<bool> RevokeTokenAsync(string id, DateTimeOffset at, CancellationToken cancellation) => inner.RevokeTokenAsync(id, at, cancellation);

    public Task RevokeSessionsAsync(Subject subject, DateTimeOffset at, CancellationToken cancellation) =>
        inner.RevokeSessionsAsync(subject, at, cancellation);

    public Task RemoveSessionsAsync(DateTimeOffset expiredBefore, CancellationToken cancellation) => inner.RemoveSessionsAsync(expiredBefore, cancellation);

    public async Task NoteUsesAsync(IReadOnlyCollection<TokenUse> uses, CancellationToken cancellation)
    {
        await Noting(cancellation);
        await inner.NoteUsesAsync(uses, cancellation);
    }

    public IAsyncEnumerable<AccessToken> ListTokensAsync(DateTimeOffset? changedSince, CancellationToken cancellation) =>
        inner.ListTokensAsync(changedSince, cancellation);

    public IAsyncEnumerable<AccessToken> ListLivingTokensAsync(DateTimeOffset at, CancellationToken cancellation) =>
        inner.ListLivingTokensAsync(at, cancellation);

    public Task<DateTimeOffset?> ReadTokenClockAsync(CancellationToken cancellation) => inner.ReadTokenClockAsync(cancellation);
}
