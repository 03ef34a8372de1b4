using System.Collections.Concurrent;
using AdServer.Access;

namespace AdServer.Catalog;

/// <summary>
/// The distinct packages (apps) that are counted by name. Anybody can make up names, so there is a bound: a package beyond it is
/// <see cref="Other"/> in rows, counters and seen sets.
/// </summary>
internal sealed class KnownPackages
{
    private readonly ConcurrentDictionary<string, Package> packages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Package>.AlternateLookup<ReadOnlySpan<char>> byText;
    private int count;

    /// <param name="most">The most packages known by name.</param>
    /// <param name="otherName">The name under which all others are counted.</param>
    public KnownPackages(int most, string otherName)
    {
        Most = most;
        byText = packages.GetAlternateLookup<ReadOnlySpan<char>>();
        Other = new Package(otherName, 0);
        packages[otherName] = Other;
    }

    /// <summary>All packages beyond the bound.</summary>
    public Package Other { get; }

    /// <summary>The most packages known by name, and so the highest index.</summary>
    public int Most { get; }

    /// <summary>How many are known by name.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The package of that name, made known if there is room, else <see cref="Other"/>.</summary>
    public Package Resolve(string name) => packages.TryGetValue(name, out var package) ? package : Add(name);

    /// <summary>The same for text that is not a string yet; none is made of the name of a known package.</summary>
    public Package Resolve(ReadOnlySpan<char> name) =>
        byText.TryGetValue(name, out var package) ? package : Count < Most ? Add(name.ToString()) : Other;

    /// <summary>How a name would be counted now, without making it known; nothing if it would become known.</summary>
    public Package? Find(string name) => packages.TryGetValue(name, out var package) ? package : Count < Most ? null : Other;

    private Package Add(string name)
    {
        lock (packages)
        {
            if (packages.TryGetValue(name, out var package))
            {
                return package;
            }

            if (count >= Most)
            {
                return Other;
            }

            Volatile.Write(ref count, count + 1);
            return packages[name] = new Package(name, count);
        }
    }
}

/// <summary>A package (app) that is counted by name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Index">A small number that is this package's for as long as the process lives; 0 is all others together.</param>
internal sealed record Package(string Name, int Index)
{
    /// <summary>The most characters of a package name.</summary>
    public const int MaxNameLength = PackagePattern.MaxLength;
}
