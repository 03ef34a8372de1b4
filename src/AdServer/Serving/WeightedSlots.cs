using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>
/// Slots of ads, by budget. Each ad owns as many units as its budget weighs, so a unit chosen uniformly is an ad chosen in
/// proportion to its weight, exactly and in constant time. Immutable.
/// </summary>
internal sealed class WeightedSlots
{
    /// <summary>How often an ad of a budget is chosen, beside one of the lowest.</summary>
    public const int LowWeight = 1;
    public const int MediumWeight = 2;
    public const int HighWeight = 3;

    private readonly int[] low;
    private readonly int[] medium;
    private readonly int[] high;

    private WeightedSlots(int[] low, int[] medium, int[] high)
    {
        (this.low, this.medium, this.high) = (low, medium, high);
        Weight = checked((low.Length * LowWeight) + (medium.Length * MediumWeight) + (high.Length * HighWeight));
    }

    /// <summary>The number of units.</summary>
    public int Weight { get; }

    public IEnumerable<int> Slots => [.. low, .. medium, .. high];

    public static WeightedSlots Of(IReadOnlyCollection<CatalogAd> ads)
    {
        return new WeightedSlots(With(Budget.Low), With(Budget.Medium), With(Budget.High));

        int[] With(Budget budget) => [.. ads.Where(ad => ad.Ad.Details.Budget == budget).Select(ad => ad.Slot)];
    }

    /// <summary>The slots of several that share none.</summary>
    public static WeightedSlots Union(IEnumerable<WeightedSlots> parts)
    {
        WeightedSlots[] all = [.. parts];
        return new WeightedSlots(
            [.. all.SelectMany(part => part.low)], [.. all.SelectMany(part => part.medium)], [.. all.SelectMany(part => part.high)]);
    }

    /// <summary>The units that an ad of a budget owns.</summary>
    public static int WeightOf(Budget budget) => budget switch
    {
        Budget.Low => LowWeight,
        Budget.Medium => MediumWeight,
        Budget.High => HighWeight,
        _ => throw new ArgumentOutOfRangeException(nameof(budget)),
    };

    /// <summary>The slot that owns a unit.</summary>
    /// <param name="unit">At least 0 and less than <see cref="Weight"/>.</param>
    public int At(int unit)
    {
        var (of, _, index) = Find(unit);
        return of[index];
    }

    /// <summary>
    /// A slot for each of several units, by the same weights, from as few places in memory as can be: of each budget the first is the one that owns
    /// the unit, and the others follow it. Only of shuffled slots are they a choice.
    /// </summary>
    /// <param name="units">Each at least 0 and less than <see cref="Weight"/>.</param>
    /// <param name="slots">Where they are put, as many as units.</param>
    public void Run(ReadOnlySpan<int> units, Span<int> slots)
    {
        Span<int> last = [-1, -1, -1];
        for (var place = 0; place < units.Length; place++)
        {
            var (of, budget, index) = Find(units[place]);
            ref var at = ref last[budget];
            at = at < 0 ? index : at + 1 < of.Length ? at + 1 : 0;
            slots[place] = of[at];
        }
    }

    /// <summary>The same in random order.</summary>
    public WeightedSlots Shuffle(Random random)
    {
        return new WeightedSlots(Shuffled(low), Shuffled(medium), Shuffled(high));

        int[] Shuffled(int[] slots)
        {
            int[] shuffled = [.. slots];
            random.Shuffle(shuffled);
            return shuffled;
        }
    }

    public WeightedSlots Where(Predicate<int> keep) =>
        new(Array.FindAll(low, keep), Array.FindAll(medium, keep), Array.FindAll(high, keep));

    /// <summary>Where the slot is that owns a unit: which list, of which budget, and its index there.</summary>
    private (int[] Of, int Budget, int Index) Find(int unit)
    {
        var lowUnits = low.Length * LowWeight;
        if (unit < lowUnits)
        {
            return (low, 0, unit / LowWeight);
        }

        unit -= lowUnits;
        var mediumUnits = medium.Length * MediumWeight;
        return unit < mediumUnits ? (medium, 1, unit / MediumWeight) : (high, 2, (unit - mediumUnits) / HighWeight);
    }
}
