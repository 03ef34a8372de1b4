using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>What a list is searched for: a part of some of its texts, without regard to case, or an identity.</summary>
internal readonly record struct SearchText(string? Part)
{
    /// <summary>No text that is searched is longer.</summary>
    private const int MaxLength = EmailAddress.MaxLength;

    /// <summary>Reads the parameter; blank finds everything.</summary>
    public static ApiError? TryRead(string? text, out SearchText search)
    {
        search = new SearchText(string.IsNullOrWhiteSpace(text) ? null : text.Trim());
        return search.Part is { } part && FieldRules.Fault(part, "search", MaxLength) is { } fault ? ApiError.BadRequest(fault) : null;
    }

    public bool Finds(string id, params ReadOnlySpan<string?> texts)
    {
        if (Part is not { } part || part == id)
        {
            return true;
        }

        foreach (var text in texts)
        {
            if (text is not null && text.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
