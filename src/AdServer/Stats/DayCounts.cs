using AdServer.Events;

namespace AdServer.Stats;

/// <summary>Events added up. Durations are whole milliseconds, so that the order of adding never matters.</summary>
/// <param name="Views">Events of type view.</param>
/// <param name="Clicks">Events of type click.</param>
/// <param name="Skips">Events of type skip.</param>
/// <param name="Exits">Events of type exit.</param>
/// <param name="WatchDurationSum">Milliseconds watched in views.</param>
internal readonly record struct DayCounts(long Views, long Clicks, long Skips, long Exits, long WatchDurationSum)
{
    public long Events => Views + Clicks + Skips + Exits;

    public static DayCounts operator +(DayCounts left, DayCounts right) => new(
        left.Views + right.Views,
        left.Clicks + right.Clicks,
        left.Skips + right.Skips,
        left.Exits + right.Exits,
        left.WatchDurationSum + right.WatchDurationSum);

    public static DayCounts operator -(DayCounts left, DayCounts right) => new(
        left.Views - right.Views,
        left.Clicks - right.Clicks,
        left.Skips - right.Skips,
        left.Exits - right.Exits,
        left.WatchDurationSum - right.WatchDurationSum);

    public static DayCounts operator -(DayCounts counts) => default(DayCounts) - counts;

    /// <summary>What one event adds.</summary>
    public static DayCounts Of(AdEvent one) => one.Type switch
    {
        EventType.View => new(1, 0, 0, 0, one.WatchDuration),
        EventType.Click => new(0, 1, 0, 0, 0),
        EventType.Skip => new(0, 0, 1, 0, 0),
        EventType.Exit => new(0, 0, 0, 1, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(one)),
    };
}
