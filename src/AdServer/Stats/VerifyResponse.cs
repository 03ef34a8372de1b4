using System.Text.Json.Serialization;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>Whether raw events, buckets, daily rows and totals agree.</summary>
/// <param name="Ok">Whether no difference was found.</param>
/// <param name="From">First day that was compared.</param>
/// <param name="To">Last day that was compared.</param>
/// <param name="Events">How many raw events were compared.</param>
/// <param name="DifferenceCount">How many differences there are, of all days.</param>
/// <param name="Days">Each day.</param>
/// <param name="AsOf">When the comparison began.</param>
/// <param name="Position">The number of a roll: every event of the rolls up to it was compared.</param>
/// <param name="RawSince">The first day whose raw events are kept; earlier days are not compared. Null if all are.</param>
internal sealed record VerifyResponse(
    bool Ok,
    UtcDay From,
    UtcDay To,
    long Events,
    long DifferenceCount,
    IReadOnlyList<VerifiedDay> Days,
    DateTimeOffset AsOf,
    long Position,
    UtcDay? RawSince);

/// <summary>What came of a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="State">Whether all agree.</param>
/// <param name="Position">The number of a roll: every event of the day in the rolls up to it was compared.</param>
/// <param name="Events">How many raw events were compared.</param>
/// <param name="DifferenceCount">How many differences there are; totals that differ are one.</param>
/// <param name="Differences">The first hundred of them, by ad.</param>
/// <param name="Totals">The sums of the day; null if they could not be compared.</param>
internal sealed record VerifiedDay(
    UtcDay Day, VerifyState State, long Position, long Events, long DifferenceCount, IReadOnlyList<DifferenceResponse> Differences, TotalsResponse? Totals)
{
    /// <summary>The most differences that are listed; all are counted.</summary>
    public const int MostDifferences = 100;
}

/// <summary>Whether a day's numbers agree.</summary>
internal enum VerifyState
{
    /// <summary>All agree.</summary>
    Equal,

    /// <summary>They agree for every ad; the totals could not be compared, because rolls followed each other without a pause.</summary>
    EqualButTotals,

    /// <summary>Some differ.</summary>
    Different,
}

/// <summary>An ad of which not all say the same on a day.</summary>
/// <param name="AdId">The ad.</param>
/// <param name="PerformerId">The performer that is named there.</param>
/// <param name="PackageName">The app; null for all apps together.</param>
/// <param name="Revision">What arrived in this hour after the closing of the day; null for the whole day.</param>
/// <param name="Invalid">The reason why these events count as invalid traffic; absent for all events.</param>
/// <param name="Verified">True where it is about verified events alone; else absent.</param>
/// <param name="Raw">What the raw events say.</param>
/// <param name="Rows">What the daily rows say.</param>
/// <param name="Buckets">What the buckets say.</param>
internal sealed record DifferenceResponse(
    string AdId,
    string PerformerId,
    string? PackageName,
    int? Revision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TrafficFlaw? Invalid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Verified,
    CountsResponse Raw,
    CountsResponse Rows,
    CountsResponse Buckets)
{
    public static DifferenceResponse Of(Disagreement one) => new(
        one.AdId,
        one.PerformerId,
        one.Package.Length == 0 ? null : one.Package,
        one.Revision == 0 ? null : one.Revision,
        one.Class is TrafficClass.None or TrafficClass.Verified ? null : (TrafficFlaw)one.Class,
        one.Class == TrafficClass.Verified ? true : null,
        CountsResponse.Of(one.Raw),
        CountsResponse.Of(one.Rows),
        CountsResponse.Of(one.Buckets));
}

/// <summary>The sums of a day over all ads, at one position.</summary>
/// <param name="Rows">The sum of the daily rows.</param>
/// <param name="Reported">What a report of the day says, without what is not rolled up yet.</param>
/// <param name="ReportedByPackage">What a report of the day by app says, without what is not rolled up yet.</param>
internal sealed record TotalsResponse(CountsResponse Rows, CountsResponse Reported, CountsResponse ReportedByPackage)
{
    public static TotalsResponse? Of(DayTotals? totals) => totals is null
        ? null
        : new(CountsResponse.Of(totals.Rows), CountsResponse.Of(totals.Reported), CountsResponse.Of(totals.ReportedByPackage));
}

/// <summary>Events added up.</summary>
/// <param name="Views">Events of type view.</param>
/// <param name="Clicks">Events of type click.</param>
/// <param name="Skips">Events of type skip.</param>
/// <param name="Exits">Events of type exit.</param>
/// <param name="WatchDurationMs">Milliseconds watched in views.</param>
internal sealed record CountsResponse(long Views, long Clicks, long Skips, long Exits, long WatchDurationMs)
{
    public static CountsResponse Of(DayCounts counts) => new(counts.Views, counts.Clicks, counts.Skips, counts.Exits, counts.WatchDurationSum);
}
