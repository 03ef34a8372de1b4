using AdServer.Common;

namespace AdServer.Stats;

/// <summary>The parameter <c>traffic</c>: <c>gross</c> counts every event, <c>net</c> leaves out what counts as invalid traffic and says why.</summary>
internal static class TrafficChoice
{
    private static readonly ApiError Invalid = ApiError.BadRequest("Invalid traffic: gross or net");

    private static readonly ApiError WithAsOf = ApiError.BadRequest(
        "Invalid traffic: no net with asOf, because sums up to a time never change, and rating anew changes what counts as invalid");

    /// <summary>Reads it; blank is gross.</summary>
    /// <param name="text">The parameter.</param>
    /// <param name="asOf">The parameter <c>asOf</c>, which goes with gross counts alone.</param>
    /// <param name="isNet">Whether net counts are asked for.</param>
    public static ApiError? TryRead(string? text, string? asOf, out bool isNet)
    {
        var choice = text?.Trim() ?? string.Empty;
        isNet = choice.Equals("net", StringComparison.OrdinalIgnoreCase);
        if (!isNet && choice.Length > 0 && !choice.Equals("gross", StringComparison.OrdinalIgnoreCase))
        {
            return Invalid;
        }

        return isNet && !string.IsNullOrWhiteSpace(asOf) ? WithAsOf : null;
    }
}
