namespace AdServer.Access;

/// <summary>
/// Names packages: a package name, or the beginning of one followed by <c>*</c> (<c>com.example.*</c>). Ads are targeted and app keys are
/// limited by these.
/// </summary>
internal static class PackagePattern
{
    /// <summary>The most characters of a package name.</summary>
    public const int MaxLength = 255;

    public static bool Matches(string pattern, string package) =>
        pattern.EndsWith('*') ? package.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : package == pattern;

    /// <summary>A package name, with at most one <c>*</c>, at its end.</summary>
    public static bool IsValid(string pattern) =>
        pattern.Length is > 0 and <= MaxLength
        && !FieldRules.HasControl(pattern)
        && !pattern.Any(char.IsWhiteSpace)
        && pattern.IndexOf('*', StringComparison.Ordinal) is var star && (star < 0 || star == pattern.Length - 1);
}
