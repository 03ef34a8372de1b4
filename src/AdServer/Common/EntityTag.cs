using System.Globalization;

namespace AdServer.Common;

/// <summary>
/// Versions of things as entity tags (RFC 9110, section 8.8.3), and the condition of a change: <c>If-Match</c> names the version that the
/// caller has seen, and who has seen an older one is answered 412. Without it a change is made as it always was.
/// </summary>
internal static class EntityTag
{
    private const char Separator = '.';

    /// <summary>The answer to a change of what has changed since.</summary>
    public static ApiError Stale { get; } = new(StatusCodes.Status412PreconditionFailed, "It was changed meanwhile; read it again");

    /// <summary>Says which version an answer shows: its own, and those of what it shows beside.</summary>
    public static void Show(HttpContext http, long version, params ReadOnlySpan<long> others)
    {
        var tag = version.ToString(CultureInfo.InvariantCulture);
        foreach (var other in others)
        {
            tag += Separator + other.ToString(CultureInfo.InvariantCulture);
        }

        http.Response.Headers.ETag = $"\"{tag}\"";
    }

    /// <summary>Whether a request may change this version. Only the thing's own version counts; a weak tag matches nothing.</summary>
    public static bool Admits(HttpRequest request, long version)
    {
        if (request.Headers.IfMatch.Count == 0)
        {
            return true;
        }

        var tags = string.Join(',', request.Headers.IfMatch!).Split(',', StringSplitOptions.TrimEntries);
        return Array.Exists(tags, tag => tag == "*" || VersionOf(tag) == version);
    }

    private static long? VersionOf(string tag) =>
        tag is ['"', .. var inner, '"'] && long.TryParse(inner.Split(Separator)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;
}
