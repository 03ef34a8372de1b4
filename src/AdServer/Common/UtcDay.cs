using System.Globalization;

namespace AdServer.Common;

/// <summary>A calendar day in UTC: the unit in which everything is counted. Written <c>2026-11-21</c>.</summary>
/// <param name="Number">Days since 1970-01-01.</param>
internal readonly record struct UtcDay(int Number) : IComparable<UtcDay>
{
    private const string Format = "yyyy-MM-dd";
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>The day that was written last: events and their rows are nearly always of the same one.</summary>
    private static Written lastWritten = new(0, "1970-01-01");

    /// <summary>The first instant of the day.</summary>
    public DateTimeOffset Start => DateTimeOffset.UnixEpoch.AddDays(Number);

    /// <summary>The day that an instant belongs to.</summary>
    public static UtcDay Of(DateTimeOffset instant) => new(DateOnly.FromDateTime(instant.UtcDateTime).DayNumber - Epoch);

    /// <summary>Reads <c>yyyy-MM-dd</c> and nothing else.</summary>
    public static bool TryParse(string? text, out UtcDay day)
    {
        var read = DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = new UtcDay(date.DayNumber - Epoch);
        return read;
    }

    /// <summary>Reads a day that we wrote ourselves.</summary>
    /// <exception cref="FormatException">The text is no day.</exception>
    public static UtcDay Parse(string text) =>
        TryParse(text, out var day) ? day : throw new FormatException($"'{text}' is not a day");

    public UtcDay AddDays(int days) => new(Number + days);

    public int CompareTo(UtcDay other) => Number.CompareTo(other.Number);

    public static bool operator <(UtcDay left, UtcDay right) => left.Number < right.Number;

    public static bool operator >(UtcDay left, UtcDay right) => left.Number > right.Number;

    public static bool operator <=(UtcDay left, UtcDay right) => left.Number <= right.Number;

    public static bool operator >=(UtcDay left, UtcDay right) => left.Number >= right.Number;

    public override string ToString()
    {
        var written = lastWritten;
        if (written.Number != Number)
        {
            lastWritten = written = new Written(Number, DateOnly.FromDayNumber(Number + Epoch).ToString(Format, CultureInfo.InvariantCulture));
        }

        return written.Text;
    }

    private sealed record Written(int Number, string Text);
}

/// <summary>Instants as the stores keep them: UTC, in whole milliseconds.</summary>
internal static class UtcClock
{
    /// <summary>The present, cut to milliseconds, so that what a store gives back equals what it was given.</summary>
    public static DateTimeOffset Now(this TimeProvider clock) => clock.GetUtcNow().ToMilliseconds();

    public static DateTimeOffset ToMilliseconds(this DateTimeOffset instant) =>
        DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());
}
