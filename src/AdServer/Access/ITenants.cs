namespace AdServer.Access;

/// <summary>What a token can be bound to. The catalogue, which knows performers, answers.</summary>
internal interface ITenants
{
    /// <summary>Whether there is such a performer.</summary>
    Task<bool> ExistsAsync(string performerId, CancellationToken cancellation);
}
