namespace AdServer.Serving;

/// <summary>The settings <c>Serving:…</c>.</summary>
internal sealed record ServingSettings
{
    private static readonly TimeSpan ShortestFlush = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestKeyLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestDeliveryLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(90);

    /// <summary>The most distinct packages that are counted by name; each may cost two bits per ad and 300 bytes. Bounds the memory.</summary>
    public int MaxPackages { get; init; } = 100_000;

    /// <summary>How often deliveries are written: what a crash may lose, and after which other hosts know who got which ad.</summary>
    public TimeSpan FlushEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a host asks a shared store which ads had an event on other hosts.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether the document of an ad that is handed out carries its signature as <c>delivery</c>, and events that return it are marked as verified.
    /// On all hosts, or on none.
    /// </summary>
    public bool SignDeliveries { get; init; }

    /// <summary>After how long deliveries are signed with another key. Whole minutes.</summary>
    public TimeSpan SigningKeyLife { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long after a delivery its events are verified: the SDK can show an ad hours after it got it, and report it late.</summary>
    public TimeSpan DeliveryLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        { MaxPackages: < 1 or > 10_000_000 } => "Serving:MaxPackages must be from 1 to 10,000,000",
        _ when FlushEvery < ShortestFlush || FlushEvery > LongestFlush => "Serving:FlushEvery must be from 00:00:00.010 to 01:00:00",
        _ when PollEvery < ShortestFlush || PollEvery > LongestPoll => "Serving:PollEvery must be from 00:00:00.010 to 00:01:00",
        _ when SigningKeyLife < ShortestKeyLife || SigningKeyLife > LongestLife || SigningKeyLife.Ticks % TimeSpan.TicksPerMinute != 0 =>
            "Serving:SigningKeyLife must be from 01:00:00 to 90.00:00:00, in whole minutes",
        _ when DeliveryLife < ShortestDeliveryLife || DeliveryLife > LongestLife => "Serving:DeliveryLife must be from 00:01:00 to 90.00:00:00",
        _ => null,
    };
}
