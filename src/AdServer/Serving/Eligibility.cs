using AdServer.Access;
using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>
/// Whether an ad may be served in a package at an instant, and if not, why. <see cref="Candidates"/> is the same rule, sorted in advance.
/// </summary>
internal static class Eligibility
{
    public static Ineligibility Check(Ad ad, string package, DateTimeOffset now)
    {
        var time = CheckTime(ad, now);
        return time == Ineligibility.None ? CheckPackage(ad.Packages, package) : time;
    }

    /// <summary>The part of the rule that is the same for every package.</summary>
    public static Ineligibility CheckTime(Ad ad, DateTimeOffset now) => ad switch
    {
        _ when !ad.IsActive => Ineligibility.Paused,
        _ when !ad.HasStarted(now) => Ineligibility.NotStarted,
        _ when ad.HasEnded(now) => Ineligibility.Ended,
        _ => Ineligibility.None,
    };

    /// <summary>The part of the rule that is the same at every instant.</summary>
    public static Ineligibility CheckPackage(PackageRules rules, string package) => rules switch
    {
        _ when !Allows(rules, package) => Ineligibility.PackageNotAllowed,
        _ when Denies(rules, package) => Ineligibility.PackageDenied,
        _ => Ineligibility.None,
    };

    /// <summary>An empty list allows every package.</summary>
    public static bool Allows(PackageRules rules, string package) => rules.Allow.Count == 0 || FirstMatch(rules.Allow, package) is not null;

    public static bool Denies(PackageRules rules, string package) => FirstMatch(rules.Deny, package) is not null;

    /// <summary>The first pattern of a list that matches, or nothing.</summary>
    public static string? FirstMatch(IReadOnlyList<string> patterns, string package)
    {
        // By index: an enumerator would be an allocation for each ad that is looked at.
        for (var index = 0; index < patterns.Count; index++)
        {
            if (PackagePattern.Matches(patterns[index], package))
            {
                return patterns[index];
            }
        }

        return null;
    }
}

/// <summary>Why an ad may not be served.</summary>
internal enum Ineligibility
{
    /// <summary>It may.</summary>
    None,

    /// <summary>Its performer does not want it served.</summary>
    Paused,

    /// <summary>Before <c>startsAt</c>.</summary>
    NotStarted,

    /// <summary>At or after <c>endsAt</c>.</summary>
    Ended,

    /// <summary>It has an allow list, and nothing in it matches the package.</summary>
    PackageNotAllowed,

    /// <summary>Something in its deny list matches the package.</summary>
    PackageDenied,
}
