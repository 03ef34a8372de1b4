using AdServer.Events;

namespace AdServer.Stats;

/// <summary>Events that count as invalid traffic, added up by reason: a part of gross counts, and what net counts leave out.</summary>
/// <param name="Robot">Known robots'.</param>
/// <param name="NotDelivered">Of ads that were never handed out to the app.</param>
/// <param name="ImpossibleWatch">Watched longer, or skipped earlier, than the ad allows.</param>
/// <param name="Repeat">Reported again by the same device in the same second.</param>
/// <param name="Rate">Beyond what a device may report in a minute.</param>
internal sealed record InvalidCounts(DayCounts Robot, DayCounts NotDelivered, DayCounts ImpossibleWatch, DayCounts Repeat, DayCounts Rate)
{
    /// <summary>Every reason.</summary>
    public static IReadOnlyList<TrafficFlaw> Flaws { get; } = [.. Enum.GetValues<TrafficFlaw>().Where(flaw => flaw != TrafficFlaw.None)];

    private static readonly InvalidCounts None = new(default, default, default, default, default);

    /// <summary>All reasons together: each event has one.</summary>
    public DayCounts All => Robot + NotDelivered + ImpossibleWatch + Repeat + Rate;

    public static InvalidCounts operator +(InvalidCounts left, InvalidCounts right) => new(
        left.Robot + right.Robot,
        left.NotDelivered + right.NotDelivered,
        left.ImpossibleWatch + right.ImpossibleWatch,
        left.Repeat + right.Repeat,
        left.Rate + right.Rate);

    /// <summary>Counts of one reason.</summary>
    public static InvalidCounts Of(TrafficFlaw flaw, DayCounts counts) => flaw switch
    {
        TrafficFlaw.Robot => None with { Robot = counts },
        TrafficFlaw.NotDelivered => None with { NotDelivered = counts },
        TrafficFlaw.ImpossibleWatch => None with { ImpossibleWatch = counts },
        TrafficFlaw.Repeat => None with { Repeat = counts },
        TrafficFlaw.Rate => None with { Rate = counts },
        _ => throw new ArgumentOutOfRangeException(nameof(flaw)),
    };

    /// <summary>The counts of one reason.</summary>
    public DayCounts Of(TrafficFlaw flaw) => flaw switch
    {
        TrafficFlaw.Robot => Robot,
        TrafficFlaw.NotDelivered => NotDelivered,
        TrafficFlaw.ImpossibleWatch => ImpossibleWatch,
        TrafficFlaw.Repeat => Repeat,
        TrafficFlaw.Rate => Rate,
        _ => throw new ArgumentOutOfRangeException(nameof(flaw)),
    };

    /// <summary>The same, absent where there is nothing: rows that were emptied are like rows that are not there.</summary>
    public InvalidCounts? OrNone() => this == None ? null : this;

    /// <summary>Both together, where either may be absent.</summary>
    public static InvalidCounts? Sum(InvalidCounts? left, InvalidCounts? right) => left is null ? right : right is null ? left : (left + right).OrNone();
}

/// <summary>How many events an answer leaves out, by reason.</summary>
/// <param name="Robot">From a known robot's <c>User-Agent</c>.</param>
/// <param name="NotDelivered">Of an ad that was never handed out to the app.</param>
/// <param name="ImpossibleWatch">Watched longer, or skipped earlier, than the ad allows.</param>
/// <param name="Repeat">Reported again by the same device in the same second.</param>
/// <param name="Rate">Beyond what a device may report in a minute.</param>
internal sealed record InvalidResponse(long Robot, long NotDelivered, long ImpossibleWatch, long Repeat, long Rate)
{
    /// <summary>The events of all types, or of one.</summary>
    public static InvalidResponse Of(InvalidCounts? counts, Func<DayCounts, long> events) => counts is null
        ? new(0, 0, 0, 0, 0)
        : new(events(counts.Robot), events(counts.NotDelivered), events(counts.ImpossibleWatch), events(counts.Repeat), events(counts.Rate));
}
