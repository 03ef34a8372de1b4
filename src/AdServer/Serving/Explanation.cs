using System.Text.Json.Serialization;
using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>Why an ad may, or may not, be handed out to an app now.</summary>
/// <param name="AdId">The ad.</param>
/// <param name="PackageName">The app.</param>
/// <param name="Served">Whether it may be the next one; null if an advertiser would learn from it what others have.</param>
/// <param name="Summary">The same in a sentence.</param>
/// <param name="Rules">Every rule in order; it may be the next one if all pass.</param>
/// <param name="Counters">What the choice is made from.</param>
/// <param name="AsOf">The moment.</param>
internal sealed record Explanation(
    string AdId, string PackageName, bool? Served, string Summary, IReadOnlyList<ExplainedRule> Rules, ExplainedCounters Counters, DateTimeOffset AsOf)
{
    /// <summary>With everything that is known.</summary>
    public static Explanation Of(CatalogAd ad, ServingScene scene)
    {
        var (drawn, weight) = (scene.Choice.Drawn, WeightedSlots.WeightOf(ad.Ad.Details.Budget));
        var served = drawn.Admitted.Contains(ad.Slot);
        var counters = new ExplainedCounters(scene.IsSeen, weight)
        {
            Eligible = scene.Choice.Eligible.Admitted.Count(),
            EligibleUnseen = scene.Choice.Unseen.Admitted.Count(),
            AdsInCatalog = scene.AdsInCatalog,
            TotalWeight = drawn.Weight,
            Chance = served ? (double)weight / drawn.Weight : 0,
            CountedAsOther = scene.IsOther,
        };
        return Of(ad.Ad, scene, served, ExplainedRule.Seen(scene.IsSeen, counters.EligibleUnseen.Value, scene.IsOther), counters);
    }

    /// <summary>
    /// For the advertiser whose ad it is: with nothing that depends on ads or apps of others. Where these decide, the answer is null.
    /// </summary>
    /// <param name="ad">The ad.</param>
    /// <param name="scene">Where and when.</param>
    /// <param name="isOwn">Whether a slot is an ad of the same advertiser.</param>
    public static Explanation ForOwner(CatalogAd ad, ServingScene scene, Predicate<int> isOwn)
    {
        var seen = ExplainedRule.SeenByOwner(scene.IsSeenForOwner, scene.Choice.Unseen.Admitted.Count(slot => isOwn(slot)));
        var rules = ExplainedRule.Eligible(ad.Ad, scene.PackageName, scene.Now);
        var served = rules.All(rule => rule.Passed == true) ? seen.Passed : false;
        return Of(ad.Ad, scene, served, seen, new ExplainedCounters(scene.IsSeenForOwner, WeightedSlots.WeightOf(ad.Ad.Details.Budget)));
    }

    private static Explanation Of(Ad ad, ServingScene scene, bool? served, ExplainedRule seen, ExplainedCounters counters)
    {
        ExplainedRule[] rules = [.. ExplainedRule.Eligible(ad, scene.PackageName, scene.Now), seen];
        var failed = string.Join(", ", rules.Where(rule => rule.Passed == false).Select(rule => rule.Name));
        var summary = served switch
        {
            true => $"It may be handed out to {scene.PackageName} now.",
            false => $"It is not handed out to {scene.PackageName} now, because of: {failed}.",
            null => $"Whether it is handed out to {scene.PackageName} now depends on the ads and apps of others.",
        };
        return new Explanation(ad.Id, scene.PackageName, served, summary, rules, counters, scene.Now);
    }
}

/// <summary>What an ad is explained in.</summary>
/// <param name="PackageName">The app.</param>
/// <param name="Now">The moment.</param>
/// <param name="Choice">The ads of the app now.</param>
/// <param name="IsSeen">Whether the ad had an event from the app.</param>
internal sealed record ServingScene(string PackageName, DateTimeOffset Now, Choice Choice, bool IsSeen)
{
    /// <summary>All ads that there are, whatever their rules.</summary>
    public int AdsInCatalog { get; init; }

    /// <summary>Whether the app is beyond the bound, and shares what was seen with all others there.</summary>
    public bool IsOther { get; init; }

    /// <summary>Whether the ad had an event from any app that is beyond the bound.</summary>
    public bool IsSeenByOthers { get; init; }

    /// <summary>
    /// Whether the ad had an event from the app, as far as its own rows tell; null where that hangs on whether the app is counted by name, which others'
    /// traffic decides.
    /// </summary>
    public bool? IsSeenForOwner => IsSeen && !IsOther ? true : IsSeenByOthers ? null : false;
}

/// <summary>The numbers of the choice. An advertiser gets the first two: the others tell about ads and apps of others.</summary>
/// <param name="Seen">
/// Whether the ad had an event from the app; of apps that are counted as <c>(other)</c>, from any of them. Null for an advertiser whose ad had one from
/// such an app: whether this app is one of them would tell what others have.
/// </param>
/// <param name="Weight">How often it is chosen, beside an ad of the lowest budget.</param>
internal sealed record ExplainedCounters(bool? Seen, int Weight)
{
    /// <summary>Ads that all rules but the last let through.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Eligible { get; init; }

    /// <summary>Those of them that had no event from the app.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? EligibleUnseen { get; init; }

    /// <summary>All ads on this server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? AdsInCatalog { get; init; }

    /// <summary>The weights of the ads that the next one is drawn from, added up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TotalWeight { get; init; }

    /// <summary>The chance to be the next one, from 0 to 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Chance { get; init; }

    /// <summary>Whether the app is one of those that are counted together as <c>(other)</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? CountedAsOther { get; init; }
}
