namespace AdServer.Serving;

/// <summary>What is drawn from for one package: one or more pools, usually shared with other packages. Immutable.</summary>
internal sealed class Lot
{
    private readonly Pool[] pools;

    public Lot(params Pool[] pools)
    {
        this.pools = pools;
        Weight = checked(pools.Sum(pool => pool.Slots.Weight));
    }

    /// <summary>Whether all that was not fit has been taken out.</summary>
    public bool IsNarrow { get; private init; }

    /// <summary>The units of all pools together.</summary>
    public int Weight { get; }

    /// <summary>The slots that are admitted. Walks over all of them: for narrowing and for tests.</summary>
    public IEnumerable<int> Admitted => pools.SelectMany(pool => pool.Slots.Slots.Where(pool.Admits));

    /// <summary>The slot that owns a unit, or a negative number if it is not admitted in this package.</summary>
    /// <param name="unit">At least 0 and less than <see cref="Weight"/>.</param>
    public int At(int unit)
    {
        var index = 0;
        while (unit >= pools[index].Slots.Weight)
        {
            unit -= pools[index++].Slots.Weight;
        }

        var slot = pools[index].Slots.At(unit);
        return pools[index].Admits(slot) ? slot : -1;
    }

    /// <summary>Puts in place of each unit what <see cref="At"/> says of it.</summary>
    public void Find(Span<int> units)
    {
        if (pools is [{ Rule: null } only])
        {
            only.Slots.Find(units);
            return;
        }

        foreach (ref var unit in units)
        {
            unit = At(unit);
        }
    }

    /// <summary>Only the slots that are admitted and not seen, so that every unit is worth drawing until more is seen.</summary>
    public Lot Narrow(SlotSet seen) =>
        new(new Pool(WeightedSlots.Union(pools.Select(pool => pool.Slots.Where(slot => !seen.Contains(slot) && pool.Admits(slot)))))) { IsNarrow = true };
}

/// <summary>Ads that share a reason to be candidates.</summary>
/// <param name="Slots">The ads.</param>
/// <param name="Rule">Which of them may be served in the package; absent: all.</param>
internal sealed record Pool(WeightedSlots Slots, Predicate<int>? Rule = null)
{
    public bool Admits(int slot) => Rule is null || Rule(slot);
}
