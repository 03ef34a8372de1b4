using System.Text.Json;

namespace AdServer.Access;

/// <summary>The names of permissions, on the wire and in the store.</summary>
internal static class TokenScopes
{
    private static readonly Permissions[] Each =
        [.. Enum.GetValues<Permissions>().Where(permission => permission is not (Permissions.None or Permissions.All))];

    /// <summary>The names of some permissions, in their order.</summary>
    public static IReadOnlyList<string> Names(Permissions some) => [.. Each.Where(one => some.HasFlag(one)).Select(Name)];

    /// <summary>The permissions of these names. A name that nobody knows permits nothing.</summary>
    public static Permissions Read(IEnumerable<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        return Each.Where(one => wanted.Contains(Name(one))).Aggregate(Permissions.None, (all, one) => all | one);
    }

    private static string Name(Permissions one) => JsonNamingPolicy.CamelCase.ConvertName(one.ToString());
}
