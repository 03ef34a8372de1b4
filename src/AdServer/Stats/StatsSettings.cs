namespace AdServer.Stats;

/// <summary>The settings <c>Stats:…</c>.</summary>
internal sealed record StatsSettings
{
    /// <summary>The most events of any roll: they are in memory together.</summary>
    public const int MostRollSize = 100_000;

    /// <summary>A gigabyte for one report.</summary>
    private const int MostSortedRows = 1_000_000;

    /// <summary>How often events are rolled up; a little less than a second, so that with the time a roll takes none waits for longer than one.</summary>
    public TimeSpan RollUpEvery { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The most events of one roll, four times as many when the roll-up falls behind; as many waiting events start one before its time.</summary>
    public int RollSize { get; init; } = 5_000;

    /// <summary>From which age of an event that is not rolled up the host calls itself degraded.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often what removed ads left behind is looked for.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The most rows of a report that are sorted by a count. As many are read of each source (counts, invalid traffic, deliveries, requests, what is not
    /// rolled up) before it is known that there are too many: it bounds these, and so the memory, at about a kilobyte a row.
    /// </summary>
    public int MaxSortedRows { get; init; } = 200_000;

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        _ when RollUpEvery <= TimeSpan.Zero || RollUpEvery > TimeSpan.FromMinutes(1) => "Stats:RollUpEvery must be more than 0 and at most a minute, written as 00:00:01 (1 alone means a day)",
        _ when RollSize is < 1 or > MostRollSize => "Stats:RollSize must be between 1 and 100000",
        _ when LateAfter <= TimeSpan.Zero => "Stats:LateAfter must be more than 0",
        _ when SweepEvery <= TimeSpan.Zero => "Stats:SweepEvery must be more than 0",
        _ when MaxSortedRows is < 1 or > MostSortedRows => FormattableString.Invariant($"Stats:MaxSortedRows must be between 1 and {MostSortedRows}"),
        _ => null,
    };
}
