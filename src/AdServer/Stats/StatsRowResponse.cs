using System.Text.Json.Serialization;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>One row of a report: the groups that were asked for, and what is counted under them.</summary>
internal sealed record StatsRowResponse
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AdId { get; init; }

    /// <summary>With <c>names</c>: what the ad is called now; absent if this host does not know it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AdName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PerformerId { get; init; }

    /// <summary>With <c>names</c>: what the performer is called now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PerformerName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PackageName { get; init; }

    /// <summary>The UTC day.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Date { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EventType? EventType { get; init; }

    /// <summary>
    /// Of a closed day, the highest revision in the row: n, if the last late event came in the n-th hour after the closing; 0, if none
    /// came. Absent while the day is open, where a row is no day's, and by app and event type.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Revision { get; init; }

    /// <summary>Events of all types, or of the row's type.</summary>
    public long Events { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Views { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Clicks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Skips { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Exits { get; init; }

    /// <summary>Of net counts: the events that are left out, by reason.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public InvalidResponse? Invalid { get; init; }

    /// <summary>Seconds watched in views.</summary>
    public double WatchDuration { get; init; }

    /// <summary>Seconds watched per view.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AvgWatchDuration { get; init; }

    /// <summary>Clicks for a hundred views.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ClickThroughRate { get; init; }

    /// <summary>Ads handed out; absent where they are not counted (by package and by event type).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Deliveries { get; init; }

    /// <summary>How often an app asked for an ad; absent where there is an ad or a performer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Requests { get; init; }

    /// <summary>Requests that got an ad.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Fills { get; init; }

    /// <summary>Requests for which there was no ad.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NoFills { get; init; }

    /// <summary>Fills for a hundred requests.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FillRate { get; init; }

    /// <summary>A row of all event types together.</summary>
    public static StatsRowResponse Of(Measures measures, StatsQuery query, StatsKey key = default) => Keyed(query, key) with
    {
        Revision = IsClosed(query, ValueOf(StatsGroup.Day, query, key)) ? measures.Revision : null,
        Events = measures.Events.Events,
        Views = measures.Events.Views,
        Clicks = measures.Events.Clicks,
        Skips = measures.Events.Skips,
        Exits = measures.Events.Exits,
        Invalid = query.IsNet ? InvalidResponse.Of(measures.Invalid, counts => counts.Events) : null,
        WatchDuration = measures.Events.WatchSeconds(),
        AvgWatchDuration = measures.Events.AvgWatchDuration(),
        ClickThroughRate = measures.Events.ClickThroughRate(),
        Deliveries = query.HasDeliveries ? measures.Deliveries : null,
        Requests = query.HasRequests ? measures.Requests : null,
        Fills = query.HasRequests ? measures.Fills : null,
        NoFills = query.HasRequests ? measures.NoFills : null,
        FillRate = query.HasRequests ? measures.FillRate() : null,
    };

    /// <summary>The four rows, one an event type, that a row splits into.</summary>
    public static IEnumerable<StatsRowResponse> ByType(Measures measures, StatsQuery query, StatsKey key)
    {
        StatsRowResponse Row(EventType type, Func<DayCounts, long> events) => Keyed(query, key) with
        {
            EventType = type,
            Events = events(measures.Events),
            Invalid = query.IsNet ? InvalidResponse.Of(measures.Invalid, events) : null,
        };

        yield return Row(AdServer.Events.EventType.View, counts => counts.Views) with { WatchDuration = measures.Events.WatchSeconds() };
        yield return Row(AdServer.Events.EventType.Click, counts => counts.Clicks);
        yield return Row(AdServer.Events.EventType.Skip, counts => counts.Skips);
        yield return Row(AdServer.Events.EventType.Exit, counts => counts.Exits);
    }

    private static StatsRowResponse Keyed(StatsQuery query, StatsKey key) => new()
    {
        AdId = ValueOf(StatsGroup.Ad, query, key),
        PerformerId = ValueOf(StatsGroup.Performer, query, key),
        PackageName = ValueOf(StatsGroup.Package, query, key),
        Date = ValueOf(StatsGroup.Day, query, key),
    };

    private static bool IsClosed(StatsQuery query, string? day) =>
        query.HasRevisions && day is { Length: > 0 } && string.CompareOrdinal(day, query.ClosedThrough?.ToString()) <= 0;

    private static string? ValueOf(StatsGroup group, StatsQuery query, StatsKey key) => query.GroupBy switch
    {
        [var first, ..] when first == group => key.First,
        [_, var second] when second == group => key.Second,
        _ => null,
    };
}
