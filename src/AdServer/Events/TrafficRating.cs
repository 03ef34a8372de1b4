using AdServer.Catalog;

namespace AdServer.Events;

/// <summary>
/// Rates events at their receipt, just before they wait for their commit. The windows hold what was stored or waits: what is refused, or a
/// duplicate, is taken back, so that no event is the repeat of one that was never stored.
/// </summary>
internal sealed class TrafficRating(
    TrafficRules rules, DeviceWindows windows, IDeliveredAds delivered, CatalogRefresher catalog, KnownPackages packages)
{
    /// <summary>Gives the events their flaws, in their order. A flawless event stays the value that it is. Also for a caller who has gone.</summary>
    public ValueTask RateAsync(PendingAppend pending)
    {
        if (rules.Has(TrafficFlaw.NotDelivered))
        {
            foreach (var one in pending.Events)
            {
                if (!IsDelivered(one, out _))
                {
                    return new ValueTask(LearnAndRateAsync(pending));
                }
            }
        }

        Rate(pending, isAllKnown: true);
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
            if (!IsDelivered(one, out var ad))
            {
                unknown.Add((packages.Resolve(one.CountedPackage), ad!));
            }
        }

        Rate(pending, await delivered.LearnAsync(unknown, CancellationToken.None));
    }

    /// <summary>What cannot be known now is not held against an event.</summary>
    private void Rate(PendingAppend pending, bool isAllKnown)
    {
        for (var place = 0; place < pending.Events.Count; place++)
        {
            var one = pending.Events[place];
            var isDelivered = IsDelivered(one, out var ad) || !isAllKnown;
            if (rules.FlawOf(one, ad, isDelivered, windows) is var flaw && flaw != TrafficFlaw.None)
            {
                pending.Replace(place, one with { Flaw = flaw });
            }
        }
    }

    /// <summary>Of an ad that was removed a moment ago nothing is known; a verified event proves it.</summary>
    private bool IsDelivered(AdEvent one, out CatalogAd? ad) =>
        (ad = catalog.Current.Find(one.AdId)) is null || one.IsVerified || delivered.Contains(packages.Resolve(one.CountedPackage), ad);
}
