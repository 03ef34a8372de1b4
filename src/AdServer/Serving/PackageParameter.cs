using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using Microsoft.AspNetCore.WebUtilities;

namespace AdServer.Serving;

/// <summary>Reads <c>packageName</c> from a query. The name of a known package is found without making a string of it.</summary>
internal static class PackageParameter
{
    public const string Name = "packageName";

    /// <summary>The package and its name, trimmed; or the reason why there is none. The first parameter of that name decides.</summary>
    /// <param name="query">The query.</param>
    /// <param name="packages">The packages that are counted by name; this may become one.</param>
    /// <param name="caller">Who asks, if that limits the packages.</param>
    /// <param name="package">The package.</param>
    /// <param name="name">Its name, as asked for.</param>
    public static ApiError? Read(QueryString query, KnownPackages packages, Caller? caller, out Package package, out string name)
    {
        (package, name) = (packages.Other, string.Empty);
        var sent = Find(query).Span.Trim();
        if (Fault(sent) is { } fault)
        {
            return fault;
        }

        if (caller is not null && !caller.ActsFor(sent.ToString()))
        {
            return AccessGate.NotThisPackage;
        }

        package = packages.Resolve(sent);
        name = sent.SequenceEqual(package.Name) ? package.Name : sent.ToString();
        return null;
    }

    /// <summary>The name alone, for whoever only asks about a package: none becomes known.</summary>
    public static ApiError? ReadName(QueryString query, out string name)
    {
        var sent = Find(query).Span.Trim();
        name = sent.ToString();
        return Fault(sent);
    }

    private static ApiError? Fault(ReadOnlySpan<char> sent)
    {
        if (sent.IsEmpty)
        {
            return ApiError.BadRequest("Missing or invalid packageName");
        }

        return sent.Length > Package.MaxNameLength || FieldRules.HasControl(sent)
            ? ApiError.BadRequest("packageName must have at most 255 characters and no control characters")
            : null;
    }

    private static ReadOnlyMemory<char> Find(QueryString query)
    {
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            if (pair.DecodeName().Span.Equals(Name, StringComparison.OrdinalIgnoreCase))
            {
                return pair.DecodeValue();
            }
        }

        return default;
    }
}
