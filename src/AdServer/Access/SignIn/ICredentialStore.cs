namespace AdServer.Access.SignIn;

/// <summary>What signing in needs of a database: one credential a subject.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ICredentialStore
{
    Task<Credential?> FindCredentialAsync(Subject subject, CancellationToken cancellation);

    /// <summary>The credential that has a link with this hash, expired or not.</summary>
    Task<Credential?> FindCredentialByLinkAsync(string hash, CancellationToken cancellation);

    /// <summary>
    /// Puts a credential, in one step, in the place of the version before it, or of none (version 1); false if the store holds another
    /// version. It may be false to the caller whose own attempt without an answer was executed: read again, and look.
    /// </summary>
    Task<bool> ReplaceCredentialAsync(Credential credential, CancellationToken cancellation);

    /// <summary>Removes what a subject had, if anything.</summary>
    Task RemoveCredentialAsync(Subject subject, CancellationToken cancellation);
}
