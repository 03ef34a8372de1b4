using System.Globalization;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>The parameter <c>asOf</c>: the time up to which a caller wants sums. Such sums never change again.</summary>
internal static class AsOfTime
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    private static readonly ApiError Invalid = ApiError.BadRequest("Invalid asOf: a time such as 2026-11-21T10:10:00Z");

    private static readonly ApiError InFuture = ApiError.BadRequest("Invalid asOf: it lies in the future");

    private static readonly ApiError ByPackage =
        ApiError.BadRequest("Invalid asOf: not with packageName or groupBy=package, because revisions are kept per ad and day");

    /// <summary>
    /// Reads it; blank is absent. Its moment is the last closing of revisions that lies before it and is settled, since what arrives is
    /// kept by these hours.
    /// </summary>
    /// <param name="text">The parameter.</param>
    /// <param name="query">The question.</param>
    /// <param name="now">Now.</param>
    /// <param name="at">The question as it is asked now, about that moment if there is one.</param>
    public static ApiError? TryRead(string? text, StatsQuery query, DateTimeOffset now, out StatsQuery at)
    {
        at = query.At(now, null);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(text.Trim(), Formats, CultureInfo.InvariantCulture, Utc, out var asked) || asked < DateTimeOffset.UnixEpoch)
        {
            return Invalid;
        }

        if (asked > now || query.ByPackage)
        {
            return asked > now ? InFuture : ByPackage;
        }

        var settled = now - DayClosing.Settling;
        at = query.At(now, DayClosing.LastClosing(asked < settled ? asked : settled));
        return null;
    }
}
