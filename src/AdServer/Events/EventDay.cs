using System.Globalization;
using System.Text.RegularExpressions;
using AdServer.Common;

namespace AdServer.Events;

/// <summary>For which day an event counts. Decided once, at receipt, and stored.</summary>
internal static partial class EventDay
{
    /// <summary>How far back a device's own time is believed; inclusive.</summary>
    public static readonly TimeSpan MostBack = TimeSpan.FromDays(30);

    /// <summary>How far ahead a device's own time is believed; inclusive.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd", "yyyyMMdd'T'HHmmss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzz",
    ];

    /// <summary>
    /// The event's own UTC day if its time is ISO-8601 and lies near enough, else the day of receipt. Text that is no time is no error:
    /// devices write odd digits, and a refused event is lost.
    /// </summary>
    public static UtcDay Of(string timestamp, DateTimeOffset receivedAt)
    {
        var read = TryParseUsual(timestamp, out var own) || TryParse(timestamp, out own) || TryParse(Fraction().Replace(timestamp, ".$1"), out own);
        return read && own >= receivedAt - MostBack && own <= receivedAt + MostAhead ? UtcDay.Of(own) : UtcDay.Of(receivedAt);
    }

    /// <summary>What nearly every device writes: UTC with milliseconds. With four more digits it is the round-trip format, which is read in a fraction of the time.</summary>
    private static bool TryParseUsual(string timestamp, out DateTimeOffset time)
    {
        const string RestOfRoundTrip = "0000Z";
        if (timestamp is not [.., '.', _, _, _, 'Z'] || timestamp.Length != "yyyy-MM-ddTHH:mm:ss.fffZ".Length)
        {
            time = default;
            return false;
        }

        Span<char> whole = stackalloc char[timestamp.Length - 1 + RestOfRoundTrip.Length];
        timestamp.AsSpan(..^1).CopyTo(whole);
        RestOfRoundTrip.CopyTo(whole[^RestOfRoundTrip.Length..]);
        return DateTimeOffset.TryParseExact(whole, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    private static bool TryParse(string timestamp, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        timestamp, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>A fraction of a second as ISO-8601 allows it: after a comma too, and with the nanoseconds that Java and Go write.</summary>
    [GeneratedRegex(@"[.,](\d{1,7})\d*")]
    private static partial Regex Fraction();
}
