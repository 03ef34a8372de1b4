namespace AdServer.Access;

/// <summary>What access control needs of a database.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IAccessStore
{
    /// <summary>
    /// Adds a developer unless one has the address: then that one is returned, also to the loser of a race. Adding what is there adds nothing, and
    /// says that it was added; of one that was removed since it may say that it was not.
    /// </summary>
    Task<(Developer Developer, bool Added)> AddDeveloperAsync(Developer developer, CancellationToken cancellation);

    Task<Developer?> FindDeveloperAsync(string id, CancellationToken cancellation);

    Task<Developer?> FindDeveloperByEmailAsync(string emailKey, CancellationToken cancellation);

    /// <summary>All developers in order of creation; they are few.</summary>
    Task<IReadOnlyList<Developer>> ListDevelopersAsync(int limit, CancellationToken cancellation);

    /// <summary>Whether there was one to remove.</summary>
    Task<bool> RemoveDeveloperAsync(string id, CancellationToken cancellation);
}
