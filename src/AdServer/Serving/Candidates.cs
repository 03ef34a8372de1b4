using System.Collections.Concurrent;
using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>
/// <see cref="Eligibility"/> sorted in advance, for one catalogue and one window of time in which no ad starts or ends. Ads without an
/// allow list are one pool; ads with one are in a pool for each of its patterns. Packages share the pools.
/// </summary>
internal sealed class Candidates
{
    private readonly CatalogAd?[] ads;
    private readonly Group open;
    private readonly PackagePatterns<Targeting> targeting;
    private readonly ConcurrentDictionary<int, PackageCandidates> packages = new();

    public Candidates(CatalogSnapshot catalog, DateTimeOffset now)
    {
        CatalogAd[] active = [.. catalog.Ads.Where(ad => Eligibility.CheckTime(ad.Ad, now) == Ineligibility.None)];
        ads = new CatalogAd?[catalog.Slots];
        foreach (var ad in active)
        {
            ads[ad.Slot] = ad;
        }

        open = Group.Of(active.Where(ad => ad.Ad.Packages.Allow.Count == 0));
        targeting = new PackagePatterns<Targeting>(Target(active));
        ValidUntil = catalog.Ads.SelectMany(Boundaries).Where(boundary => boundary > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
    }

    /// <summary>The next instant at which an ad starts or ends.</summary>
    public DateTimeOffset ValidUntil { get; }

    /// <summary>The candidates of a package that is counted by name, made when it first asks.</summary>
    public PackageCandidates For(Package package) =>
        packages.TryGetValue(package.Index, out var own)
            ? own
            : packages.GetOrAdd(package.Index, Make(targeting.Matching(package.Name), package.Name));

    /// <summary>
    /// The candidates of a package beyond the bound: it is counted with the others but allowed and denied by its own name. Those that no
    /// pattern matches share theirs; nothing is kept for the rest, which have no bound.
    /// </summary>
    public PackageCandidates ForOther(Package other, string name)
    {
        var patterns = targeting.Matching(name);
        return patterns.Count == 0 ? packages.GetOrAdd(other.Index, _ => Make([], name)) : Make(patterns, name);
    }

    private PackageCandidates Make(List<Targeting> patterns, string package)
    {
        var denied = patterns.Exists(pattern => pattern.Denies);
        var overlap = denied || patterns.Count > 1;
        var pools = open.Pools(denied ? slot => Allows(slot, package) : null).Concat(patterns.SelectMany(pattern =>
            pattern.Allowed.Pools(overlap ? slot => IsFirstMatch(slot, pattern.Pattern, package) && Allows(slot, package) : null)));
        return new PackageCandidates(new Lot([.. pools]), ads);
    }

    private bool Allows(int slot, string package) => Eligibility.CheckPackage(ads[slot]!.Ad.Packages, package) == Ineligibility.None;

    /// <summary>An ad that several patterns allow stands in several pools; it counts in that of the first one, so that it weighs once.</summary>
    private bool IsFirstMatch(int slot, string pattern, string package) =>
        Eligibility.FirstMatch(ads[slot]!.Ad.Packages.Allow, package) == pattern;

    private static Dictionary<string, Targeting> Target(CatalogAd[] ads)
    {
        var allow = ByPattern(ads, rules => rules.Allow);
        var deny = ByPattern(ads, rules => rules.Deny);
        return allow.Select(group => group.Key).Union(deny.Select(group => group.Key)).ToDictionary(
            pattern => pattern,
            pattern => new Targeting(pattern, Group.Of(allow[pattern]), deny.Contains(pattern)),
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

    /// <summary>What the rules of all ads say about one pattern.</summary>
    private sealed record Targeting(string Pattern, Group Allowed, bool Denies);

    /// <summary>Ads that share a reason to be candidates. Only those with further patterns need a look when they are drawn.</summary>
    private sealed record Group(WeightedSlots Simple, WeightedSlots Ruled)
    {
        public static Group Of(IEnumerable<CatalogAd> ads)
        {
            var simple = ads.ToLookup(ad => ad.Ad.Packages is { Allow.Count: <= 1, Deny.Count: 0 });
            return new Group(WeightedSlots.Of([.. simple[true]]), WeightedSlots.Of([.. simple[false]]));
        }

        public IEnumerable<Pool> Pools(Predicate<int>? rule) =>
            new Pool[] { new(Simple), new(Ruled, rule) }.Where(pool => pool.Slots.Weight > 0);
    }
}
