using AdServer.Common;

namespace AdServer.Stats;

/// <summary>Which events an answer counts.</summary>
internal enum TrafficChoice
{
    /// <summary>All.</summary>
    Gross,

    /// <summary>All but invalid traffic, which is told by reason.</summary>
    Net,

    /// <summary>Those that came with a valid signature of their delivery, and are no invalid traffic.</summary>
    Verified,
}

/// <summary>The parameter <c>traffic</c>: the name of a <see cref="TrafficChoice"/>.</summary>
internal static class TrafficParameter
{
    private static readonly ApiError Invalid = ApiError.BadRequest("Invalid traffic: gross, net or verified");

    private static readonly ApiError WithAsOf = ApiError.BadRequest(
        "Invalid traffic: no net or verified with asOf, because sums up to a time never change, and rating anew changes what counts as invalid");

    /// <summary>Reads it; blank is gross.</summary>
    /// <param name="text">The parameter.</param>
    /// <param name="asOf">The parameter <c>asOf</c>, which goes with gross counts alone.</param>
    /// <param name="choice">Which counts are asked for.</param>
    public static ApiError? TryRead(string? text, string? asOf, out TrafficChoice choice)
    {
        choice = TrafficChoice.Gross;
        var name = text?.Trim() ?? string.Empty;
        // A number, or names with commas between, are values of an enumeration, too.
        if (name.Length > 0 && (!name.All(char.IsAsciiLetter) || !Enum.TryParse(name, ignoreCase: true, out choice)))
        {
            return Invalid;
        }

        return choice != TrafficChoice.Gross && !string.IsNullOrWhiteSpace(asOf) ? WithAsOf : null;
    }
}
