using System.Collections.Concurrent;
using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>
/// <see cref="Eligibility"/> sorted in advance, for one catalogue and one window of time in which no ad starts or ends. Ads without an
/// allow list are one pool; ads with one are in a pool for each of its patterns. Packages share the pools.
/// </summary>
internal sealed class Candidates
{
    private readonly DateTimeOffset since;
    private readonly CatalogAd?[] ads;
    private readonly AdGroup open;
    private readonly PackagePatterns<AdGroup> targeting;
    private readonly ConcurrentDictionary<int, PackageCandidates> packages = new();
    private readonly ConcurrentDictionary<string, PackageCandidates> others = new(StringComparer.Ordinal);

    public Candidates(CatalogSnapshot catalog, DateTimeOffset now)
    {
        (Catalog, since) = (catalog, now);
        CatalogAd[] active = [.. catalog.Ads.Where(ad => Eligibility.CheckTime(ad.Ad, now) == Ineligibility.None)];
        ads = new CatalogAd?[catalog.Slots];
        foreach (var ad in active)
        {
            ads[ad.Slot] = ad;
        }

        open = AdGroup.Of(null, active.Where(ad => ad.Ad.Packages.Allow.Count == 0));
        targeting = new PackagePatterns<AdGroup>(Target(active));
        ValidUntil = catalog.Ads.SelectMany(Boundaries).Where(boundary => boundary > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
    }

    /// <summary>The next instant at which an ad starts or ends.</summary>
    public DateTimeOffset ValidUntil { get; }

    /// <summary>The catalogue that they are made of.</summary>
    public CatalogSnapshot Catalog { get; }

    /// <summary>The moment of their window that is nearest to another one: of a clock that was set back, or while they are made anew.</summary>
    public DateTimeOffset Within(DateTimeOffset now) => now < since ? since : now < ValidUntil ? now : ValidUntil.AddTicks(-1);

    /// <summary>The candidates of any package, made for one question and kept nowhere.</summary>
    public PackageCandidates Make(string package) => Make(targeting.Matching(package), package);

    /// <summary>The candidates of a package that is counted by name, made when it first asks.</summary>
    public PackageCandidates For(Package package) =>
        packages.TryGetValue(package.Index, out var own)
            ? own
            : packages.GetOrAdd(package.Index, Make(targeting.Matching(package.Name), package.Name));

    /// <summary>
    /// The candidates of a package beyond the bound: it is counted with the others but allowed and denied by its own name. Names have no
    /// bound, but the same patterns make the same candidates, and the closest pattern decides which the others are: so there are at most
    /// as many as patterns, and one for the names that no pattern matches.
    /// </summary>
    public PackageCandidates ForOther(string name)
    {
        var matching = targeting.Matching(name);
        var closest = matching is [var first, ..] ? first.Pattern! : string.Empty;
        return others.TryGetValue(closest, out var shared) ? shared : others.GetOrAdd(closest, Make(matching, name));
    }

    private PackageCandidates Make(List<AdGroup> matching, string package)
    {
        var denied = matching.Exists(group => group.Denies);
        var pools = matching.Prepend(open).SelectMany(group =>
            group.Pools(denied, overlap: matching.Count > 1, slot => IsCandidate(slot, group.Pattern, package)));
        return new PackageCandidates(new Lot([.. pools]), ads);
    }

    /// <summary>Not denied; and of the several patterns that allow an ad only the first one counts, so that it weighs once.</summary>
    private bool IsCandidate(int slot, string? pattern, string package)
    {
        var rules = ads[slot]!.Ad.Packages;
        return Eligibility.FirstMatch(rules.Allow, package) == pattern && Eligibility.FirstMatch(rules.Deny, package) is null;
    }

    private static Dictionary<string, AdGroup> Target(CatalogAd[] ads)
    {
        var allow = ByPattern(ads, rules => rules.Allow);
        var deny = ByPattern(ads, rules => rules.Deny);
        return allow.Select(group => group.Key).Union(deny.Select(group => group.Key)).ToDictionary(
            pattern => pattern,
            pattern => AdGroup.Of(pattern, allow[pattern], deny.Contains(pattern)),
            StringComparer.Ordinal);
    }

    private static ILookup<string, CatalogAd> ByPattern(CatalogAd[] ads, Func<PackageRules, IReadOnlyList<string>> list) =>
        ads.SelectMany(ad => list(ad.Ad.Packages).Distinct(StringComparer.Ordinal), (ad, pattern) => (ad, pattern))
            .ToLookup(pair => pair.pattern, pair => pair.ad, StringComparer.Ordinal);

    private static IEnumerable<DateTimeOffset> Boundaries(CatalogAd ad)
    {
        if (ad.Ad is { Status: AdStatus.Active, StartsAt: { } start })
        {
            yield return start;
        }

        if (ad.Ad is { Status: AdStatus.Active, EndsAt: { } end })
        {
            yield return end;
        }
    }
}
