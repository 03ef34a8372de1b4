using AdServer.Catalog;

namespace AdServer.Events;

/// <summary>
/// Rates events at their receipt, just before they wait for their commit. The windows hold what was stored or waits: what is refused, or a
/// duplicate, is taken back, so that no event is the repeat of one that was never stored.
/// </summary>
internal sealed class TrafficRating(
    TrafficRules rules, DeviceWindows windows, IDeliveredAds delivered, CatalogRefresher catalog, KnownPackages packages)
{
    private readonly bool asksForDelivery = rules.Has(TrafficFlaw.NotDelivered);

    /// <summary>Gives the events their flaws, in their order. A flawless event stays the value that it is. Also for a caller who has gone.</summary>
    public ValueTask RateAsync(PendingAppend pending)
    {
        if (asksForDelivery)
        {
            foreach (var one in pending.Events)
            {
                if (!IsDelivered(one, AdOf(one)))
                {
                    return new ValueTask(LearnAndRateAsync(pending));
                }
            }
        }

        Rate(pending, isAllDelivered: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes back what was not stored. To be called before anybody is answered, who would send it again.</summary>
    public void Settle(PendingAppend pending, LogOutcome outcome)
    {
        for (var place = 0; place < pending.Events.Count; place++)
        {
            if (outcome != LogOutcome.Committed || pending.Outcomes[place] != AppendOutcome.Stored)
            {
                windows.Forget(pending.Events[place]);
            }
        }
    }

    private async Task LearnAndRateAsync(PendingAppend pending)
    {
        var unknown = new HashSet<(Package, CatalogAd)>();
        foreach (var one in pending.Events)
        {
            if (AdOf(one) is { } ad && !IsDelivered(one, ad))
            {
                unknown.Add((packages.Resolve(one.CountedPackage), ad));
            }
        }

        // What cannot be known now is not held against an event.
        Rate(pending, isAllDelivered: !await delivered.LearnAsync(unknown, CancellationToken.None));
    }

    /// <param name="pending">The events.</param>
    /// <param name="isAllDelivered">Whether each ad was handed out to its package, or has to be taken as that.</param>
    private void Rate(PendingAppend pending, bool isAllDelivered)
    {
        for (var place = 0; place < pending.Events.Count; place++)
        {
            var one = pending.Events[place];
            var ad = AdOf(one);
            if (rules.FlawOf(one, ad, isAllDelivered || IsDelivered(one, ad), windows) is var flaw && flaw != TrafficFlaw.None)
            {
                pending.Replace(place, one with { Flaw = flaw });
            }
        }
    }

    private CatalogAd? AdOf(AdEvent one) => catalog.Current.Find(one.AdId);

    /// <summary>Of an ad that was removed a moment ago nothing is known; a verified event proves it.</summary>
    private bool IsDelivered(AdEvent one, CatalogAd? ad) =>
        ad is null || one.IsVerified || delivered.Contains(packages.Resolve(one.CountedPackage), ad);
}
