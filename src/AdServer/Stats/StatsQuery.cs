using AdServer.Access;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>By what counts are grouped in the store. The event type is no group of the store: each row holds all four.</summary>
internal enum StatsGroup
{
    Ad,
    Performer,
    Package,
    Day,
}

/// <summary>Which counts to read, and how to group them.</summary>
internal sealed record StatsQuery
{
    /// <summary>First day, inclusive; absent: from the beginning.</summary>
    public UtcDay? From { get; init; }

    /// <summary>Last day, inclusive; absent: to the end.</summary>
    public UtcDay? To { get; init; }

    /// <summary>More rows than there can be: for answers whose length something else bounds.</summary>
    public const int NoLimit = 10_000_000;

    public string? AdId { get; init; }

    public string? PerformerId { get; init; }

    public string? PackageName { get; init; }

    /// <summary>At most two groups; none means one row of everything.</summary>
    public IReadOnlyList<StatsGroup> GroupBy { get; init; } = [];

    /// <summary>Sums up to this time: of days that were closed by then, what had arrived by then. Absent: everything.</summary>
    public DateTimeOffset? AsOf { get; private init; }

    /// <summary>The last day that is closed at the moment of the answer: up to it rows carry a revision.</summary>
    public UtcDay? ClosedThrough { get; private init; }

    /// <summary>Which events are counted; up to a time all. The rows are the same whatever it is: those of keys that had an event.</summary>
    public TrafficChoice Traffic { get; init; }

    /// <summary>Whether what counts as invalid traffic is left out, and told by reason.</summary>
    public bool IsNet => Traffic == TrafficChoice.Net;

    /// <summary>Whether verified events alone are counted.</summary>
    public bool IsVerified => Traffic == TrafficChoice.Verified;

    /// <summary>Rows after this key only.</summary>
    public StatsKey? After { get; init; }

    /// <summary>The most rows to return.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>Whether package rows are needed, because of a group or a filter; else ad rows do, which are fewer.</summary>
    public bool ByPackage => PackageName is not null || GroupBy.Contains(StatsGroup.Package);

    /// <summary>Deliveries are counted per ad and day, whatever the package; not by the time at which they came.</summary>
    public bool HasDeliveries => !ByPackage && AsOf is null;

    /// <summary>Revisions are kept per ad and day, whatever the package.</summary>
    public bool HasRevisions => !ByPackage && (AsOf is not null || GroupBy.Contains(StatsGroup.Day));

    /// <summary>Requests and fills are counted per package and day, before there is an ad.</summary>
    public bool HasRequests => AsOf is null && AdId is null && PerformerId is null && !GroupBy.Any(group => group is StatsGroup.Ad or StatsGroup.Performer);

    /// <summary>The same question, asked now about a time: then about the days alone that were closed by then.</summary>
    public StatsQuery At(DateTimeOffset now, DateTimeOffset? asOf)
    {
        var closed = DayClosing.LastClosed(asOf ?? now);
        return this with { AsOf = asOf, ClosedThrough = closed, To = asOf is null || To < closed ? To : closed };
    }

    /// <summary>What a revision adds to a row of this question: its number, or what arrived too late to be in it, taken away.</summary>
    public Measures Of(AdRevision revision, DayCounts counts) =>
        AsOf < revision.Time ? new Measures(-counts, 0, 0, 0) : new Measures(default, 0, 0, 0, revision.Number);
}

/// <summary>
/// The values of the groups of a row, in their order, as text; empty where there is no group. Ordered by code point, as the engines
/// order UTF-8; <see cref="string.CompareOrdinal(string, string)"/> would put characters beyond U+FFFF elsewhere.
/// </summary>
internal readonly record struct StatsKey(string First, string Second) : IComparable<StatsKey>
{
    public static StatsKey None { get; } = new(string.Empty, string.Empty);

    public int CompareTo(StatsKey other)
    {
        var first = Compare(First, other.First);
        return first != 0 ? first : Compare(Second, other.Second);
    }

    private static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[same]).CompareTo(Rank(right[same]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + char.MaxValue : unit;
}

/// <summary>Everything that is counted for one key.</summary>
/// <param name="Events">The events.</param>
/// <param name="Deliveries">How often an ad was handed out.</param>
/// <param name="Requests">How often an app asked for an ad.</param>
/// <param name="Fills">How often it got one; the others are no-fills.</param>
/// <param name="Revision">The highest revision in it, where revisions are asked for.</param>
/// <param name="Invalid">Of net counts, what is left out of the events; absent where there is nothing.</param>
internal readonly record struct Measures(
    DayCounts Events, long Deliveries, long Requests, long Fills, int Revision = 0, InvalidCounts? Invalid = null)
{
    public long NoFills => Requests - Fills;

    public static Measures operator +(Measures left, Measures right) => new(
        left.Events + right.Events,
        left.Deliveries + right.Deliveries,
        left.Requests + right.Requests,
        left.Fills + right.Fills,
        Math.Max(left.Revision, right.Revision),
        InvalidCounts.Sum(left.Invalid, right.Invalid));

    /// <summary>Takes invalid traffic out of counts that it is added to, and keeps it apart.</summary>
    public static Measures Without(InvalidCounts invalid) => new(-invalid.All, 0, 0, 0, Invalid: invalid.OrNone());
}

/// <summary>One row of an answer.</summary>
internal readonly record struct StatsRow(StatsKey Key, Measures Measures);

/// <summary>
/// What the store says at one moment (law 11): rows ordered by key, tail included, at most as many as were asked for and one more if
/// there are more; the sum over all rows, not only these; and the moment.
/// </summary>
/// <param name="Rows">The rows.</param>
/// <param name="Total">The sum of all rows that the filter takes, of all pages.</param>
/// <param name="Position">The moment.</param>
internal sealed record StatsView(IReadOnlyList<StatsRow> Rows, Measures Total, StatsPosition Position)
{
    /// <summary>Whether nobody is known to hold answered events that are not in it: hosts that could not reach the engine, which will append them.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The moment, for whoever may see everybody's numbers: it counts the events of all.</summary>
    public StatsPosition? PositionFor(Caller caller) => caller.PerformerId is null ? Position : null;
}

/// <summary>The position in the journal behind an answer.</summary>
/// <param name="Roll">The last roll that was applied.</param>
/// <param name="Tail">Events after it, which the answer includes too.</param>
internal readonly record struct StatsPosition(long Roll, long Tail);
