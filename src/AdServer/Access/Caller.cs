using System.Reflection;
using AdServer.Access.SignIn;

namespace AdServer.Access;

/// <summary>Who sends a request, and what he may see. Handlers take it as a parameter.</summary>
/// <param name="Name">The token's name, for the log of changes.</param>
/// <param name="May">What he may do.</param>
internal sealed record Caller(string Name, Permissions May)
{
    /// <summary>Everybody, where access is open.</summary>
    public static Caller Everybody { get; } = new("everybody", Permissions.All);

    /// <summary>Nobody known, on a route that asks for nothing.</summary>
    public static Caller Anonymous { get; } = new("anonymous", Permissions.None);

    /// <summary>The token; absent: there was none.</summary>
    public string? TokenId { get; init; }

    /// <summary>The name of the token's role.</summary>
    public string? Role { get; init; }

    /// <summary>Who has signed in; absent: no session, but a token or nothing.</summary>
    public Subject? Subject { get; init; }

    /// <summary>The one performer whose things he may see; absent: those of all.</summary>
    public string? PerformerId { get; init; }

    /// <summary>The package names, or patterns such as <c>com.example.*</c>, that he may act for; absent: all.</summary>
    public IReadOnlyList<string>? Packages { get; init; }

    /// <summary>Whether what belongs to a performer is his to see. What is not is answered like what does not exist.</summary>
    public bool Sees(string performerId) => PerformerId is null || PerformerId == performerId;

    /// <summary>Whether he may ask for ads of a package and report its events.</summary>
    public bool ActsFor(string packageName) => Packages is null || Packages.Any(pattern => PackagePattern.Matches(pattern, packageName));

    /// <summary>Who sends this request. Without <see cref="AccessGate"/> before it, nobody.</summary>
    public static Caller Of(HttpContext http) => http.Features.Get<Caller>() ?? Anonymous;

    /// <summary>How a handler's parameter of this type is filled.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext http, ParameterInfo parameter) => new(Of(http));
}
