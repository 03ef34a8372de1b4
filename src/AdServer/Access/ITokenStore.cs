using AdServer.Access.SignIn;

namespace AdServer.Access;

/// <summary>What tokens need of a database.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ITokenStore
{
    /// <summary>Adds a token; false if another one has its identity or its hash. Trying again what was executed without an answer adds it once.</summary>
    Task<bool> AddTokenAsync(AccessToken token, CancellationToken cancellation);

    /// <summary>Gives a token of a known identity a new secret and a new life, or adds it; false if another one has that secret.</summary>
    Task<bool> PutTokenAsync(AccessToken token, CancellationToken cancellation);

    Task<AccessToken?> FindTokenAsync(string id, CancellationToken cancellation);

    /// <summary>Revokes a token; false if there is none or it was revoked before. For ever.</summary>
    Task<bool> RevokeTokenAsync(string id, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Lets a token whose place another one has taken end at a time (<see cref="AccessToken.GraceUntil"/>), unless that is sooner already.</summary>
    Task ShortenTokenAsync(string id, DateTimeOffset graceUntil, CancellationToken cancellation);

    /// <summary>Revokes all sessions of a subject.</summary>
    Task RevokeSessionsAsync(Subject subject, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Deletes the sessions that have expired before a time.</summary>
    Task RemoveSessionsAsync(DateTimeOffset expiredBefore, CancellationToken cancellation);

    /// <summary>
    /// Remembers when tokens were used last; a later time that is kept stays. That of a session is news for other hosts, so one that is less than
    /// <see cref="SessionMark.NotedEvery"/> after the one that is kept may be passed over.
    /// </summary>
    Task NoteUsesAsync(IReadOnlyCollection<TokenUse> uses, CancellationToken cancellation);

    /// <summary>The tokens that changed since a moment of <see cref="ReadTokenClockAsync"/>, or all; those that ended, too.</summary>
    IAsyncEnumerable<AccessToken> ListTokensAsync(DateTimeOffset? changedSince, CancellationToken cancellation);

    /// <summary>The tokens and sessions but those that were revoked or expired before a time.</summary>
    IAsyncEnumerable<AccessToken> ListLivingTokensAsync(DateTimeOffset at, CancellationToken cancellation);

    /// <summary>The store's own time if others write to it, too.</summary>
    Task<DateTimeOffset?> ReadTokenClockAsync(CancellationToken cancellation);
}

/// <summary>A token was used.</summary>
/// <param name="TokenId">Which.</param>
/// <param name="At">When.</param>
/// <param name="IsSession">Whether it is a session.</param>
internal readonly record struct TokenUse(string TokenId, DateTimeOffset At, bool IsSession = false);
