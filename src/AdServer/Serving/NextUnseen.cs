using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>
/// The choice of an ad: unseen ads first, all eligible ads when none is left, in proportion to their weights (low 1, medium 2, high 3).
/// </summary>
/// <remarks>
/// Ads are drawn by weight until one is fit, several at once (<see cref="Hand"/>). Refusing the others keeps the proportions of the fit ones exact, but grows slow where few
/// are fit; so after some refusals the lot is narrowed to the fit ones, and the narrow lot is kept for the package. Proportions are the
/// same in either. A narrowing is one pass over a lot of which nearly all has been seen since the last one, so on average a pick costs
/// the same however many ads there are.
/// </remarks>
internal static class NextUnseen
{
    /// <summary>
    /// Refusals in a row, in hands that hold nothing else, after which a lot is narrowed. With half of it fit that happens once in four thousand million
    /// times, with a sixteenth once in eight: narrow lots are small.
    /// </summary>
    private const int Refusals = 32;

    /// <summary>The next ad for a package, or nothing if no ad is eligible.</summary>
    public static CatalogAd? Pick(PackageCandidates candidates, SlotSet seen, Random random)
    {
        var hand = candidates.Hand;
        var slot = hand.Take(seen);
        if (slot < 0)
        {
            slot = DrawUnseen(candidates, seen, random);
        }
        else if (hand.IsEmpty)
        {
            // What the next one reads comes from memory while this one is answered.
            hand.Refill(Volatile.Read(ref candidates.Unseen), seen, random);
        }

        if (slot < 0)
        {
            slot = DrawAny(candidates, random);
        }

        return slot < 0 ? null : candidates.At(slot);
    }

    /// <summary>What <see cref="Pick"/> tells apart for a package now. Walks over all of its ads, and keeps nothing.</summary>
    public static Choice Look(PackageCandidates candidates, SlotSet seen) =>
        new(candidates.Eligible.Narrow(SlotSet.Empty), candidates.Unseen.Narrow(seen));

    /// <summary>
    /// A slot that was not seen, or a negative number if all were. Requests may draw and narrow at once: either result will do.
    /// </summary>
    private static int DrawUnseen(PackageCandidates candidates, SlotSet seen, Random random)
    {
        for (var lot = Volatile.Read(ref candidates.Unseen); lot.Weight > 0; Volatile.Write(ref candidates.Unseen, lot = lot.Narrow(seen)))
        {
            for (var refusals = 0; refusals < Refusals; refusals += Hand.Size)
            {
                var slot = candidates.Hand.Draw(lot, seen, random);
                if (slot >= 0)
                {
                    return slot;
                }
            }
        }

        return -1;
    }

    /// <summary>A slot that may be served, seen or not, or a negative number if there is none.</summary>
    private static int DrawAny(PackageCandidates candidates, Random random)
    {
        for (var lot = Volatile.Read(ref candidates.Eligible); lot.Weight > 0; Volatile.Write(ref candidates.Eligible, lot = lot.Narrow(SlotSet.Empty)))
        {
            for (var refusals = 0; refusals < Refusals; refusals++)
            {
                var slot = lot.At(random.Next(lot.Weight));
                if (slot >= 0)
                {
                    return slot;
                }
            }
        }

        return -1;
    }
}

/// <summary>The ads of one package now.</summary>
/// <param name="Eligible">All that may be served in it.</param>
/// <param name="Unseen">Those of them that it has not seen.</param>
internal sealed record Choice(Lot Eligible, Lot Unseen)
{
    /// <summary>What the next ad is drawn from: nothing else can come.</summary>
    public Lot Drawn => Unseen.Weight > 0 ? Unseen : Eligible;

    /// <summary>Whether an ad was seen: an eligible one as the choice has it, because the set may have grown since.</summary>
    /// <param name="slot">The ad.</param>
    /// <param name="seen">The set that the choice was made with.</param>
    public bool Saw(int slot, SlotSet seen) => Eligible.Admitted.Contains(slot) ? !Unseen.Admitted.Contains(slot) : seen.Contains(slot);
}
