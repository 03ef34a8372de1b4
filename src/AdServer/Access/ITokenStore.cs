namespace AdServer.Access;

/// <summary>What tokens need of a database.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ITokenStore
{
    /// <summary>Adds a token; false if another one has its identity or its hash. Trying again what was executed without an answer adds it once.</summary>
    Task<bool> AddTokenAsync(AccessToken token, CancellationToken cancellation);

    /// <summary>Gives a token of a known identity a new secret and a new life, or adds it.</summary>
    Task PutTokenAsync(AccessToken token, CancellationToken cancellation);

    Task<AccessToken?> FindTokenAsync(string id, CancellationToken cancellation);

    /// <summary>Revokes a token; false if there is none or it was revoked before. For ever.</summary>
    Task<bool> RevokeTokenAsync(string id, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Lets a token end at a time, unless it ends sooner.</summary>
    Task ShortenTokenAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellation);

    /// <summary>Remembers when tokens were used last; a later time that is kept stays.</summary>
    Task NoteUsesAsync(IReadOnlyCollection<TokenUse> uses, CancellationToken cancellation);

    /// <summary>The tokens that changed since a moment of <see cref="ReadTokenClockAsync"/>, or all; those that ended, too.</summary>
    IAsyncEnumerable<AccessToken> ListTokensAsync(DateTimeOffset? changedSince, CancellationToken cancellation);

    /// <summary>The store's own time if others write to it, too.</summary>
    Task<DateTimeOffset?> ReadTokenClockAsync(CancellationToken cancellation);
}

/// <summary>A token was used.</summary>
internal readonly record struct TokenUse(string TokenId, DateTimeOffset At);
