namespace AdServer.Events;

/// <summary>The settings <c>Traffic:…</c>: what counts as invalid traffic.</summary>
internal sealed record TrafficSettings
{
    /// <summary>The value of <see cref="Rules"/> that turns all rules off.</summary>
    public const string None = "none";

    private const double LongestSeconds = EventIntake.MaxWatchDuration;
    private const int MostDevices = 10_000_000;

    /// <summary>The rules that are on, by their names and separated by commas; <c>none</c>: no rule.</summary>
    public string Rules { get; init; } = string.Join(',', TrafficRules.Names);

    /// <summary>The file with what is in the <c>User-Agent</c> of robots; below the content root if it is no full path. Not set, it is the one that comes with the server.</summary>
    public string? RobotAgents { get; init; }

    /// <summary>How many seconds after the ad's <c>exitTime</c> the end card may still be watched.</summary>
    public double MaxEndCardSeconds { get; init; } = 600;

    /// <summary>How many seconds before the ad's <c>skipTime</c> a skip is believed: clocks and players are not exact.</summary>
    public double EarlySkipSeconds { get; init; } = 1;

    /// <summary>The most events of one device within a minute; further ones are too many for a person.</summary>
    public int MaxEventsPerMinute { get; init; } = 120;

    /// <summary>The most devices that are watched within a minute, and reports within a second; those of further ones are not rated. Bounds the memory.</summary>
    public int MaxDevices { get; init; } = 100_000;

    /// <summary>The names of the rules that are on.</summary>
    public IReadOnlyList<string> RuleNames =>
        Rules.Trim().Equals(None, StringComparison.OrdinalIgnoreCase) ? [] : Rules.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        _ when RuleNames.FirstOrDefault(name => !TrafficRules.Names.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } name =>
            $"Traffic:Rules names '{name}'. Allowed values: {string.Join(", ", TrafficRules.Names)}, separated by commas, or {None}.",
        _ when RobotAgents is not null && string.IsNullOrWhiteSpace(RobotAgents) =>
            "Traffic:RobotAgents is empty. It names a file; without the setting it is the one that comes with the server.",
        _ when !(MaxEndCardSeconds is >= 0 and <= LongestSeconds) => $"Traffic:MaxEndCardSeconds must be from 0 to {LongestSeconds}",
        _ when !(EarlySkipSeconds is >= 0 and <= LongestSeconds) => $"Traffic:EarlySkipSeconds must be from 0 to {LongestSeconds}",
        { MaxEventsPerMinute: < 1 } => "Traffic:MaxEventsPerMinute must be at least 1",
        { MaxDevices: < 1 or > MostDevices } => "Traffic:MaxDevices must be from 1 to 10,000,000",
        _ => null,
    };
}
