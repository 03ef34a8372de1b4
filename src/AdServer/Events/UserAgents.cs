using System.Text;
using AdServer.Access;

namespace AdServer.Events;

/// <summary>The <c>User-Agent</c> of a request as it is kept with its events. Never logged.</summary>
internal static class UserAgents
{
    /// <summary>The most characters that are kept, and looked at: robots that feign a telephone say what they are after some 150.</summary>
    public const int MaxLength = 256;

    /// <summary>The header, trimmed and cut; control characters and broken Unicode in it become question marks. Nothing if there is nothing in it.</summary>
    public static string? Of(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return null;
        }

        var cut = EventIntake.Cut(header.Trim(), MaxLength);
        return FieldRules.HasControl(cut) || cut.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Clean(cut) : cut;
    }

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // A lone surrogate is enumerated as the replacement character.
            clean.Append(FieldRules.HasControl(rune.ToString()) || rune == Rune.ReplacementChar ? "?" : rune.ToString());
        }

        return clean.ToString();
    }
}
