namespace AdServer.Serving;

/// <summary>What signed deliveries need of a database.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ISigningKeyStore
{
    /// <summary>Adds a key unless there is one of its identity: that one stays as it is.</summary>
    Task AddSigningKeyAsync(SigningKey key, CancellationToken cancellation);

    /// <summary>The keys, by their identities.</summary>
    Task<IReadOnlyList<SigningKey>> ListSigningKeysAsync(CancellationToken cancellation);

    /// <summary>Removes keys for ever.</summary>
    Task RemoveSigningKeysAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>The store's own time if others write to it, too.</summary>
    Task<DateTimeOffset?> ReadSigningClockAsync(CancellationToken cancellation);
}
