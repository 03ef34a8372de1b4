using AdServer.Common;

namespace AdServer.Stats;

/// <summary>The days that a caller asked about, both inclusive; a side that is absent is open.</summary>
internal readonly record struct DateRange(UtcDay? From, UtcDay? To)
{
    /// <summary>Reads the two parameters; blank ones are absent.</summary>
    public static ApiError? TryRead(string? from, string? to, out DateRange range)
    {
        range = default;
        if (!TryRead(from, out var first) || !TryRead(to, out var last))
        {
            return ApiError.BadRequest("Invalid date");
        }

        range = new DateRange(first, last);
        return last < first ? ApiError.BadRequest("Invalid date range") : null;
    }

    private static bool TryRead(string? text, out UtcDay? day)
    {
        var read = UtcDay.TryParse(text?.Trim(), out var parsed);
        day = read ? parsed : null;
        return read || string.IsNullOrWhiteSpace(text);
    }
}
