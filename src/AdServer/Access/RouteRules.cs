using System.Collections.Concurrent;
using Microsoft.AspNetCore.Routing.Patterns;

namespace AdServer.Access;

/// <summary>Finds the line of the <see cref="RouteTable"/> for a mapped route: once, then it is remembered.</summary>
internal sealed class RouteRules
{
    private readonly ConcurrentDictionary<Endpoint, RouteRule?> rules = new();

    /// <summary>The rule; nothing for a route that is not in the table.</summary>
    public RouteRule? Of(RouteEndpoint endpoint) => rules.GetOrAdd(endpoint, static endpoint => Find((RouteEndpoint)endpoint));

    /// <summary>The route as the table names it: from the root, and parameters without their constraints.</summary>
    public static string PatternOf(RouteEndpoint endpoint) =>
        "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(TextOf))));

    private static RouteRule? Find(RouteEndpoint endpoint)
    {
        var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var only] ? only : HttpMethods.Get;
        return RouteTable.Find(method, PatternOf(endpoint));
    }

    private static string TextOf(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart { IsCatchAll: true } rest => $"{{**{rest.Name}}}",
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        _ => throw new InvalidOperationException($"Unknown part of a route: {part.PartKind}"),
    };
}
