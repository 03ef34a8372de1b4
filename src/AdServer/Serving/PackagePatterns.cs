namespace AdServer.Serving;

/// <summary>
/// Finds the patterns that match a package: one look-up for the name and one for each length that a prefix has, never a walk over all.
/// </summary>
internal sealed class PackagePatterns<T>
{
    private readonly Dictionary<string, T> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> prefixes;
    private readonly int[] lengths;

    public PackagePatterns(IReadOnlyDictionary<string, T> byPattern)
    {
        var byPrefix = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (pattern, value) in byPattern)
        {
            if (pattern.EndsWith('*'))
            {
                byPrefix[pattern[..^1]] = value;
            }
            else
            {
                names[pattern] = value;
            }
        }

        prefixes = byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
        lengths = [.. byPrefix.Keys.Select(prefix => prefix.Length).Distinct().OrderDescending()];
    }

    /// <summary>
    /// The values of all patterns that match, the closest first: the name itself, then longer prefixes before shorter ones. All others are
    /// prefixes of the first, so packages with the same first have them all in common.
    /// </summary>
    public List<T> Matching(string package)
    {
        var found = new List<T>();
        if (names.TryGetValue(package, out var named))
        {
            found.Add(named);
        }

        foreach (var length in lengths.Where(length => length <= package.Length))
        {
            if (prefixes.TryGetValue(package.AsSpan(0, length), out var prefixed))
            {
                found.Add(prefixed);
            }
        }

        return found;
    }
}
