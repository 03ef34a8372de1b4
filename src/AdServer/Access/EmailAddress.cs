using System.Text.RegularExpressions;

namespace AdServer.Access;

/// <summary>What counts as an e-mail address, and when two are the same.</summary>
internal static partial class EmailAddress
{
    /// <summary>The most characters of an address (RFC 5321, section 4.5.3.1.3, less the angle brackets).</summary>
    public const int MaxLength = 254;

    public static bool IsValid(string email) => Pattern().IsMatch(email);

    /// <summary>What is unique: trimmed and in lower case.</summary>
    public static string Key(string email) => email.Trim().ToLowerInvariant();

    [GeneratedRegex(@"\A[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\z")]
    private static partial Regex Pattern();
}
