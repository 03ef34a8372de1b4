using AdServer.Access;

namespace AdServer.Events;

/// <summary>What the request says of whoever sends events.</summary>
/// <param name="UserAgent">The caller's, as it is kept (<see cref="UserAgents"/>).</param>
/// <param name="Key">Whose key it is, where the SDK needs one; absent: any package will do.</param>
internal readonly record struct EventSender(string? UserAgent, Caller? Key = null)
{
    /// <summary>Whether he may report for a package.</summary>
    public bool ActsFor(string packageName) => Key is null || Key.ActsFor(packageName);
}
