using System.Collections.Immutable;
using System.Text.Json;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>
/// All ads and performers at one moment: frozen, swapped as a whole by <see cref="CatalogRefresher"/>, read by serving and intake
/// without a lock and without a store.
/// </summary>
internal sealed class CatalogSnapshot
{
    public static CatalogSnapshot Empty { get; } = new([], [], [], slots: 0);

    private readonly Dictionary<string, CatalogAd> ads;
    private readonly Dictionary<string, Performer> performers;

    /// <summary>What was removed in this process's time: a change that was made before but arrives later must not bring it back.</summary>
    private readonly ImmutableHashSet<string> removed;

    private CatalogSnapshot(
        Dictionary<string, CatalogAd> ads, Dictionary<string, Performer> performers, ImmutableHashSet<string> removed, int slots) =>
        (this.ads, this.performers, this.removed, Slots) = (ads, performers, removed, slots);

    /// <summary>One more than the highest slot that was ever given; slots of removed ads are not given again in this process.</summary>
    public int Slots { get; }

    public IReadOnlyCollection<CatalogAd> Ads => ads.Values;

    public IReadOnlyCollection<Performer> Performers => performers.Values;

    public int PerformerCount => performers.Count;

    public Performer? FindPerformer(string id) => performers.GetValueOrDefault(id);

    public CatalogAd? Find(string adId) => ads.GetValueOrDefault(adId);

    /// <summary>Whether a change would make another snapshot of this one.</summary>
    public bool IsNews(CatalogChange change) => change switch
    {
        { Ad: { } ad } => !removed.Contains(ad.Id) && !(ads.TryGetValue(ad.Id, out var held) && held.Ad.Version >= ad.Version),
        { Performer: { } one } => !removed.Contains(one.Id) && !(performers.TryGetValue(one.Id, out var held) && held.Version >= one.Version),
        { RemovedId: { } id } => ads.ContainsKey(id) || performers.ContainsKey(id),
        _ => false,
    };

    /// <summary>
    /// The snapshot after some changes. A change that is older than what is held is left out, so changes may arrive in any order.
    /// Ads that did not change, and whose performer did not, are carried over with their rendered bytes and their slot.
    /// </summary>
    public CatalogSnapshot With(IReadOnlyCollection<CatalogChange> changes)
    {
        var nextPerformers = new Dictionary<string, Performer>(performers);
        var rename = new HashSet<string>();
        foreach (var performer in changes.Select(change => change.Performer).OfType<Performer>())
        {
            if (Put(performer, nextPerformers))
            {
                rename.Add(performer.Id);
            }
        }

        var nextAds = new Dictionary<string, CatalogAd>(ads);
        var slots = Slots;
        foreach (var ad in changes.Select(change => change.Ad).OfType<Ad>())
        {
            slots += Put(ad, nextAds, nextPerformers, slots) ? 1 : 0;
        }

        foreach (var held in ads.Values.Where(held => rename.Contains(held.Ad.PerformerId)))
        {
            var ad = nextAds[held.Ad.Id];
            nextAds[held.Ad.Id] = ad with { Body = Render(ad.Ad, nextPerformers) };
        }

        var nextRemoved = removed.Union(changes.Select(change => change.RemovedId).OfType<string>());
        foreach (var id in nextRemoved)
        {
            nextAds.Remove(id);
            nextPerformers.Remove(id);
        }

        return new CatalogSnapshot(nextAds, nextPerformers, nextRemoved, slots);
    }

    private static bool Put(Performer performer, Dictionary<string, Performer> performers)
    {
        if (performers.TryGetValue(performer.Id, out var held) && held.Version >= performer.Version)
        {
            return false;
        }

        performers[performer.Id] = performer;
        return true;
    }

    /// <summary>Takes over a newer version of an ad; says whether it took a new slot.</summary>
    private static bool Put(Ad ad, Dictionary<string, CatalogAd> ads, Dictionary<string, Performer> performers, int freeSlot)
    {
        var held = ads.GetValueOrDefault(ad.Id);
        if (held is null || held.Ad.Version < ad.Version)
        {
            ads[ad.Id] = new CatalogAd(ad, held?.Slot ?? freeSlot, Render(ad, performers));
        }

        return held is null;
    }

    private static byte[] Render(Ad ad, Dictionary<string, Performer> performers) =>
        JsonSerializer.SerializeToUtf8Bytes(AdResponse.Of(ad, performers.GetValueOrDefault(ad.PerformerId)), ApiJson.Options);
}

/// <summary>An ad as serving reads it.</summary>
/// <param name="Ad">The ad.</param>
/// <param name="Slot">A small number that is this ad's for as long as the process lives: its place in bitmaps and counters.</param>
/// <param name="Body">The ad document in JSON, rendered once per version of the ad and of its performer.</param>
internal sealed record CatalogAd(Ad Ad, int Slot, byte[] Body);

/// <summary>Something that was written to the store and is to be served: exactly one of the members is set.</summary>
/// <param name="Ad">A new or changed ad.</param>
/// <param name="Performer">A new or changed performer.</param>
/// <param name="RemovedId">The identity of an ad or a performer that was removed.</param>
internal sealed record CatalogChange(Ad? Ad = null, Performer? Performer = null, string? RemovedId = null);
