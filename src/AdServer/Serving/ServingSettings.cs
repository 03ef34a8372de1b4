namespace AdServer.Serving;

/// <summary>The settings <c>Serving:…</c>.</summary>
internal sealed record ServingSettings
{
    private static readonly TimeSpan ShortestFlush = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(1);

    /// <summary>The most distinct packages that are counted by name; each may cost two bits per ad and 300 bytes. Bounds the memory.</summary>
    public int MaxPackages { get; init; } = 100_000;

    /// <summary>How often deliveries are written: what a crash may lose, and after which other hosts know who got which ad.</summary>
    public TimeSpan FlushEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a host asks a shared store which ads had an event on other hosts.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        { MaxPackages: < 1 or > 10_000_000 } => "Serving:MaxPackages must be from 1 to 10,000,000",
        _ when FlushEvery < ShortestFlush || FlushEvery > LongestFlush => "Serving:FlushEvery must be from 00:00:00.010 to 01:00:00",
        _ when PollEvery < ShortestFlush || PollEvery > LongestPoll => "Serving:PollEvery must be from 00:00:00.010 to 00:01:00",
        _ => null,
    };
}
