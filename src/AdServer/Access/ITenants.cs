using AdServer.Access.SignIn;

namespace AdServer.Access;

/// <summary>The performers that a token can be bound to, and that sign in. The catalogue, which knows performers, answers.</summary>
internal interface ITenants
{
    /// <summary>A performer that was not removed.</summary>
    Task<Person?> FindAsync(string performerId, CancellationToken cancellation);

    Task<Person?> FindByEmailAsync(string emailKey, CancellationToken cancellation);
}
