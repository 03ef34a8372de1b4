using AdServer.Events;

namespace AdServer.Stats;

/// <summary>The settings <c>Retention:…</c>.</summary>
internal sealed record RetentionSettings
{
    /// <summary>The fewest days: an event counts for a day up to 30 days back, and that day must have been over and closed by then.</summary>
    public const int FewestDays = 32;

    /// <summary>So many days before today keep their raw events; 0: all, for ever.</summary>
    public int RawDays { get; init; }

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => RawDays is 0 or >= FewestDays and <= 36_500 ? null :
        $"Retention:RawDays must be 0 (raw events are kept for ever) or between {FewestDays} and 36500: "
        + $"events count for their day when they come up to {EventDay.MostBack.Days} days late, and only a day that is over and closed is removed";
}
