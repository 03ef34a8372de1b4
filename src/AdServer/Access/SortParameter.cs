using AdServer.Common;

namespace AdServer.Access;

/// <summary>The parameter <c>sort</c>: one of the orders that are known, without regard to case, with <c>-</c> before it descending.</summary>
internal static class SortParameter
{
    public const char Descending = '-';

    /// <summary>Reads it; blank is absent, and nothing is found.</summary>
    /// <param name="sort">The parameter.</param>
    /// <param name="known">The orders.</param>
    /// <param name="nameOf">What one is called.</param>
    /// <param name="found">The order, but if there is none of that name.</param>
    /// <param name="isDescending">Whether it is asked for backwards.</param>
    public static ApiError? TryRead<T>(string? sort, IReadOnlyCollection<T> known, Func<T, string> nameOf, out T? found, out bool isDescending)
        where T : class
    {
        var asked = sort?.Trim() ?? string.Empty;
        isDescending = asked.StartsWith(Descending);
        var name = isDescending ? asked[1..] : asked;
        found = known.FirstOrDefault(one => nameOf(one).Equals(name, StringComparison.OrdinalIgnoreCase));
        return asked.Length == 0 || found is not null
            ? null
            : ApiError.BadRequest($"Invalid sort: {string.Join(", ", known.Select(nameOf))}; with {Descending} before it descending");
    }
}
