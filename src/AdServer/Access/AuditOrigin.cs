using System.Reflection;
using AdServer.Access.SignIn;

namespace AdServer.Access;

/// <summary>Who makes a change, and from where. Handlers take it as a parameter.</summary>
/// <param name="ActorId">The identity of the token, or of whoever has signed in; without either the actor's name.</param>
/// <param name="ActorName">What the token is called, or who has signed in.</param>
/// <param name="Role">The token's role.</param>
/// <param name="Address">The caller's address; behind a proxy that <c>Access:Proxies</c> names the one that it forwards.</param>
/// <param name="TraceId">Names the request in the log.</param>
internal sealed record AuditOrigin(string ActorId, string ActorName, string? Role, string? Address, string? TraceId)
{
    /// <summary>A server by itself, at its start.</summary>
    public static AuditOrigin Server { get; } = new("server", "server", null, null, null);

    /// <summary>Whoever runs a command on the store itself.</summary>
    public static AuditOrigin CommandLine { get; } = new("command line", "command line", null, null, null);

    /// <summary>Somebody who is known by a one-time link.</summary>
    public static AuditOrigin Of(HttpContext http, Person person) =>
        Of(http) with { ActorId = person.Subject.Id, ActorName = person.Name, Role = person.Subject.Role.Name };

    public static AuditOrigin Of(HttpContext http)
    {
        var (caller, address) = (Caller.Of(http), http.Connection.RemoteIpAddress);
        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return new AuditOrigin(caller.Subject?.Id ?? caller.TokenId ?? caller.Name, caller.Name, caller.Role, address?.ToString(), http.TraceIdentifier);
    }

    /// <summary>How a handler's parameter of this type is filled.</summary>
    public static ValueTask<AuditOrigin?> BindAsync(HttpContext http, ParameterInfo parameter) => new(Of(http));
}
