namespace AdServer.Commands;

/// <summary>
/// Takes the configuration (<c>--Section:Key value</c>, <c>--urls=…</c>) out of a command line; what is left are command words and options.
/// A section that nobody reads is an error: a mistyped setting must not be ignored in silence.
/// </summary>
/// <param name="Problem">What is wrong, if anything is.</param>
/// <param name="Configuration">Switches for the host's builder, each as <c>--key=value</c>.</param>
/// <param name="Words">All other arguments, in their order.</param>
internal sealed record ConfigurationArguments(string? Problem, string[] Configuration, string[] Words)
{
    /// <summary>Sections that some part of the server reads.</summary>
    private static readonly string[] Sections =
        [
            "Storage", "Access", "Catalog", "Events", "Traffic", "Stats", "Retention", "Serving", "Serilog", "Logging", "Kestrel", "ConnectionStrings",
            "AllowedHosts", "Urls",
        ];

    /// <summary>Settings of the host itself, which stand in no section.</summary>
    private static readonly string[] HostKeys =
    [
        "urls", "environment", "contentRoot", "applicationName", "webRoot", "AllowedHosts", "http_ports", "https_ports",
        "shutdownTimeoutSeconds", "detailedErrors", "captureStartupErrors", "preferHostingUrls", "suppressStatusMessages",
        "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup", "startupAssembly",
    ];

    /// <summary>The switches worth naming to somebody who mistyped one.</summary>
    public static IReadOnlyList<string> WellKnown { get; } = ["--urls", "--environment", "--contentRoot"];

    public static ConfigurationArguments Split(IReadOnlyList<string> arguments)
    {
        var configuration = new List<string>();
        var words = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var key = KeyOf(arguments[i]);
            if (key is null)
            {
                words.Add(arguments[i]);
                continue;
            }

            var hasValue = arguments[i].Contains('=', StringComparison.Ordinal);
            var problem = hasValue || i + 1 < arguments.Count ? UnknownSection(key) : $"--{key} needs a value.";
            if (problem is not null)
            {
                return new ConfigurationArguments(problem, [], []);
            }

            configuration.Add(hasValue ? arguments[i] : $"{arguments[i]}={arguments[++i]}");
        }

        return new ConfigurationArguments(null, [.. configuration], [.. words]);
    }

    /// <summary>The key of a switch that is configuration; nothing for any other argument.</summary>
    private static string? KeyOf(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            return null;
        }

        var key = argument[2..].Split('=', 2)[0];
        return key.Contains(':', StringComparison.Ordinal) || HostKeys.Contains(key, StringComparer.OrdinalIgnoreCase) ? key : null;
    }

    private static string? UnknownSection(string key)
    {
        var section = key.Split(':', 2)[0];
        if (section == key || Sections.Contains(section, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        var meant = Spelling.Closest(section, Sections) is { } closest ? $" Did you mean '{closest}'?" : string.Empty;
        return $"'{section}' in '--{key}' is no section of the settings.{meant} Sections: {string.Join(", ", Sections)}.";
    }
}
