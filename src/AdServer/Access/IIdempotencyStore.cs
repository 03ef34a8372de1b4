namespace AdServer.Access;

/// <summary>What requests that come again need of a database.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IIdempotencyStore
{
    /// <summary>
    /// Reserves a key, durably, unless it is reserved: then what it was reserved for is returned, with the answer if there is one. Of many at
    /// once one is reserved, and all get that one. Nothing if it is none and its caller has so many keys already, or about so many.
    /// </summary>
    Task<(ReservedKey Held, bool IsNew)?> ReserveKeyAsync(ReservedKey wanted, int most, CancellationToken cancellation);

    /// <summary>Notes how the request of a key was answered. The first word stays.</summary>
    Task AnswerKeyAsync(string id, KeyAnswer answer, CancellationToken cancellation);

    /// <summary>Forgets keys that were reserved before a moment, at most so many; returns how many.</summary>
    Task<int> RemoveKeysAsync(DateTimeOffset before, int limit, CancellationToken cancellation);
}

/// <summary>A key that a caller gave to a request which creates something.</summary>
/// <param name="Id">SHA-256 of who used it where, and of the key itself.</param>
/// <param name="CallerId">Who used it.</param>
/// <param name="Fingerprint">SHA-256 of what was asked for.</param>
/// <param name="ObjectId">The identity of what the request creates, whoever carries it out however often.</param>
/// <param name="CreatedAt">When it was used first.</param>
internal sealed record ReservedKey(string Id, string CallerId, string Fingerprint, string ObjectId, DateTimeOffset CreatedAt)
{
    /// <summary>How the request was answered; nothing if that is not known (yet).</summary>
    public KeyAnswer? Answer { get; init; }
}

/// <summary>What a request was answered that succeeded.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ObjectId">The thing that it made or found.</param>
internal sealed record KeyAnswer(int Status, string ObjectId);
