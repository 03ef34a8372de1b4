using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>
/// The ads that one pattern allows, or those without an allow list, sorted by how sure it is that they may be served in a package that the
/// pattern matches: hardly any ad has to be looked at when it is drawn.
/// </summary>
/// <param name="Pattern">The pattern; absent: the ads without an allow list.</param>
/// <param name="Sure">The pattern is their first, and they have no deny list.</param>
/// <param name="Denying">The pattern is their first, and they have a deny list.</param>
/// <param name="Further">The pattern is not their first: the package may also match an earlier one, and then they count there.</param>
/// <param name="Denies">The pattern stands in the deny list of some ad.</param>
internal sealed record AdGroup(string? Pattern, WeightedSlots Sure, WeightedSlots Denying, WeightedSlots Further, bool Denies)
{
    public static AdGroup Of(string? pattern, IEnumerable<CatalogAd> ads, bool denies = false)
    {
        var firsts = ads.ToLookup(ad => ad.Ad.Packages.Allow is [var first, ..] ? first == pattern : pattern is null);
        var denying = firsts[true].ToLookup(ad => ad.Ad.Packages.Deny.Count > 0);
        return new AdGroup(
            pattern, WeightedSlots.Of([.. denying[false]]), WeightedSlots.Of([.. denying[true]]), WeightedSlots.Of([.. firsts[false]]), denies);
    }

    /// <summary>The ads as pools of one package.</summary>
    /// <param name="denied">Some ad denies the package.</param>
    /// <param name="overlap">The package matches further patterns.</param>
    /// <param name="rule">Whether an ad is a candidate of the package by this pattern.</param>
    public IEnumerable<Pool> Pools(bool denied, bool overlap, Predicate<int> rule) =>
        new Pool[] { new(Sure), new(Denying, denied ? rule : null), new(Further, denied || overlap ? rule : null) }
            .Where(pool => pool.Slots.Weight > 0);
}
