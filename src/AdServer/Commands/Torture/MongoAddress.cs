namespace AdServer.Commands.Torture;

/// <summary>Connection strings, as far as another database needs: the rest is the server's business.</summary>
internal static class MongoAddress
{
    private const string DefaultSource = "admin";

    private static readonly string[] Schemes = ["mongodb://", "mongodb+srv://"];

    public static bool IsOne(string text) => Schemes.Any(scheme => text.Length > scheme.Length && text.StartsWith(scheme, StringComparison.Ordinal));

    /// <summary>The same servers and the same user, another database.</summary>
    public static string With(string uri, string database)
    {
        var start = uri.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = uri.IndexOf('?', start) is var mark and >= 0 ? mark : uri.Length;
        var slash = uri.IndexOf('/', start, end - start);
        var (servers, path) = slash < 0 ? (uri[..end], string.Empty) : (uri[..slash], uri[(slash + 1)..end]);
        var options = uri[end..].TrimStart('?');
        return $"{servers}/{database}{Joined(options, SourceOf(servers, path, options))}";
    }

    /// <summary>Without one that is named, a user is looked up in the database of the path: that must stay the old one.</summary>
    private static string SourceOf(string servers, string path, string options)
    {
        var isNamed = !servers.Contains('@') || options.Contains("authSource=", StringComparison.OrdinalIgnoreCase)
            || options.Contains("authMechanism=", StringComparison.OrdinalIgnoreCase);
        return isNamed ? string.Empty : $"authSource={(path.Length == 0 ? DefaultSource : path)}";
    }

    private static string Joined(params string[] options) =>
        string.Join('&', options.Where(option => option.Length > 0)) is { Length: > 0 } text ? "?" + text : string.Empty;
}
