using AdServer.Catalog;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>What the rules need to know of the world when history is rated: ads, and where they were delivered. Asked of the store, and remembered in bounds.</summary>
internal sealed class RatingFacts(ICatalogStore catalog, IDeliveredStore delivered)
{
    private const int MostRemembered = 100_000;

    private readonly Dictionary<string, CatalogAd?> ads = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Package, string AdId), bool> pairs = [];

    /// <summary>Asks for what these events need and is not remembered.</summary>
    public async Task LearnAsync(IEnumerable<AdEvent> events, CancellationToken cancellation)
    {
        if (ads.Count + pairs.Count > MostRemembered)
        {
            ads.Clear();
            pairs.Clear();
        }

        var asked = events.Select(PairOf).Distinct().Where(pair => !pairs.ContainsKey(pair)).ToList();
        foreach (var adId in asked.Select(pair => pair.AdId).Distinct(StringComparer.Ordinal).Where(adId => !ads.ContainsKey(adId)))
        {
            ads[adId] = await catalog.FindAdAsync(adId, cancellation) is { } found ? new CatalogAd(found, Slot: 0, Body: []) : null;
        }

        var known = asked.Count == 0 ? [] : await delivered.FindDeliveredAdsAsync(asked, cancellation);
        asked.ForEach(pair => pairs[pair] = false);
        foreach (var set in known)
        {
            set.AdIds.ToList().ForEach(adId => pairs[(set.Package, adId)] = true);
        }
    }

    /// <summary>The ad; nothing if it was removed.</summary>
    public CatalogAd? Find(string adId) => ads[adId];

    /// <summary>Whether the event's ad was ever handed out to its package.</summary>
    public bool IsDelivered(AdEvent one) => pairs[PairOf(one)];

    private static (string Package, string AdId) PairOf(AdEvent one) => (one.CountedPackage, one.AdId);
}
