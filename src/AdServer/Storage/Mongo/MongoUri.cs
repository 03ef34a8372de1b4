using System.Globalization;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The parts of a connection string (https://www.mongodb.com/docs/manual/reference/connection-string/) that matter before the driver reads
/// it. What it means beyond that is the driver's business.
/// </summary>
/// <param name="Scheme"><c>mongodb</c> or <c>mongodb+srv</c>.</param>
/// <param name="User">User name and password as written, or nothing.</param>
/// <param name="Hosts">One or more, with ports, separated by commas.</param>
/// <param name="Database">The database of the path, decoded; empty if there is none.</param>
/// <param name="Options">Name and value as written, in their order.</param>
internal sealed record MongoUri(
    string Scheme, string? User, string Hosts, string Database, IReadOnlyList<KeyValuePair<string, string>> Options)
{
    public const string Plain = "mongodb";
    public const string Srv = "mongodb+srv";

    /// <summary>The parts of a connection string; nothing for what is none.</summary>
    public static MongoUri? Parse(string text)
    {
        if (text.Split("://", 2) is not [Plain or Srv, var rest])
        {
            return null;
        }

        var (beforeOptions, options) = Cut(rest, '?');
        var (authority, path) = Cut(beforeOptions, '/');
        var at = authority.LastIndexOf('@');
        var user = at < 0 ? null : authority[..at];
        var hosts = authority[(at + 1)..];
        // An @ too many is one that should have been written %40, or it stands behind a / or ? of the password: then no part is what it seems.
        var others = user + path + (user is null ? options : "");
        var isClear = hosts.Length > 0 && !others.Contains('@') && !path.Contains('/');
        return isClear ? new MongoUri(text.Split("://")[0], user, hosts, Uri.UnescapeDataString(path), [.. Pairs(options)]) : null;
    }

    /// <summary>The last value of an option, whose name is not case-sensitive.</summary>
    public string? Option(string name) =>
        Options.LastOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { } value
            ? Uri.UnescapeDataString(value)
            : null;

    /// <summary>With an option that was not given.</summary>
    public MongoUri WithDefault(string name, object value) =>
        Option(name) is null ? this with { Options = [.. Options, new(name, FormattableString.Invariant($"{value}"))] } : this;

    /// <summary>With a bound: what was given if it is less, but 0, which means none. What is no number is the driver's to refuse.</summary>
    public MongoUri WithAtMost(string name, long most) =>
        Option(name) is { } given && (!long.TryParse(given, CultureInfo.InvariantCulture, out var asked) || (asked > 0 && asked <= most))
            ? this
            : Without(name).WithDefault(name, most);

    /// <summary>Without an option.</summary>
    public MongoUri Without(string name) =>
        this with { Options = [.. Options.Where(pair => !pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase))] };

    /// <summary>For people and logs: neither user, password nor options, some of which are secrets too.</summary>
    public string Redacted => $"{Scheme}://{(User is null ? "" : "***@")}{Hosts}/{Database}";

    /// <summary>For the driver: the secrets are in it.</summary>
    public string Full
    {
        get
        {
            var user = User is null ? "" : User + "@";
            var options = string.Join('&', Options.Select(pair => $"{pair.Key}={pair.Value}"));
            return $"{Scheme}://{user}{Hosts}/{Uri.EscapeDataString(Database)}{(options.Length == 0 ? "" : "?")}{options}";
        }
    }

    /// <summary>The generated text of a record would show the password.</summary>
    public override string ToString() => Redacted;

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string options) =>
        options.Split(['&', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Select(option => Cut(option, '='))
            .Select(pair => new KeyValuePair<string, string>(pair.Before, pair.After));

    private static (string Before, string After) Cut(string text, char separator)
    {
        var place = text.IndexOf(separator, StringComparison.Ordinal);
        return place < 0 ? (text, "") : (text[..place], text[(place + 1)..]);
    }
}
