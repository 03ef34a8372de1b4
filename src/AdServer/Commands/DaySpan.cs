using AdServer.Common;

namespace AdServer.Commands;

/// <summary>The days that a command is about; a side that is absent is open.</summary>
/// <param name="From">First day, inclusive.</param>
/// <param name="To">Last day, inclusive.</param>
/// <param name="After">The last day that an earlier run has done.</param>
internal readonly record struct DaySpan(UtcDay? From = null, UtcDay? To = null, UtcDay? After = null)
{
    public static DaySpan All => default;

    /// <summary>Whether all days are meant, maybe in several runs.</summary>
    public bool IsWhole => From is null && To is null;

    /// <summary>Whether all of its days are before one.</summary>
    public bool IsBefore(UtcDay? day) => To < day;

    public bool Holds(UtcDay day) => !(day < From) && !(day > To) && !(day <= After);

    public override string ToString() => IsWhole ? "all" : $"{From}..{To}";
}
