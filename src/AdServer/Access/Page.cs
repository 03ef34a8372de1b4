using System.Globalization;
using System.Text;
using AdServer.Common;
using Microsoft.AspNetCore.WebUtilities;

namespace AdServer.Access;

/// <summary>A part of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> to get the next part; null after the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>What a caller asked for with <c>limit</c> and <c>cursor</c>.</summary>
/// <param name="Limit">The most items of the answer.</param>
/// <param name="Cursor">The decoded cursor: text of our own making, or nothing.</param>
internal readonly record struct PageRequest(int Limit, string? Cursor)
{
    public const int DefaultLimit = 100;
    public const int MostLimit = 1000;

    /// <summary>Reads the two parameters; a cursor is opaque to callers (base64url).</summary>
    public static ApiError? TryRead(string? limit, string? cursor, out PageRequest page)
    {
        page = new PageRequest(DefaultLimit, null);
        if (!string.IsNullOrEmpty(limit))
        {
            if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most) || most is < 1 or > MostLimit)
            {
                return ApiError.BadRequest($"Invalid limit: 1 to {MostLimit}");
            }

            page = page with { Limit = most };
        }

        if (!string.IsNullOrEmpty(cursor))
        {
            if (Decode(cursor) is not { } text)
            {
                return InvalidCursor;
            }

            page = page with { Cursor = text };
        }

        return null;
    }

    public static ApiError InvalidCursor { get; } = ApiError.BadRequest("Invalid cursor");

    public static string Encode(string cursor) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(cursor));

    private static string? Decode(string cursor)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(WebEncoders.Base64UrlDecode(cursor));
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            return null;
        }
    }
}
