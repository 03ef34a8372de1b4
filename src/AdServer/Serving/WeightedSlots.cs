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

    /// <summary>Those of the lowest budget, then of the medium one, then of the highest.</summary>
    private readonly int[] slots;

    private readonly int lowCount;
    private readonly int mediumCount;

    private WeightedSlots(int[] low, int[] medium, int[] high)
    {
        slots = [.. low, .. medium, .. high];
        (lowCount, mediumCount) = (low.Length, medium.Length);
        Weight = checked((low.Length * LowWeight) + (medium.Length * MediumWeight) + (high.Length * HighWeight));
    }

    /// <summary>The number of units.</summary>
    public int Weight { get; }

    public IReadOnlyList<int> Slots => slots;

    private ReadOnlySpan<int> Low => slots.AsSpan(0, lowCount);

    private ReadOnlySpan<int> Medium => slots.AsSpan(lowCount, mediumCount);

    private ReadOnlySpan<int> High => slots.AsSpan(lowCount + mediumCount);

    public static WeightedSlots Of(IReadOnlyCollection<CatalogAd> ads)
    {
        return new WeightedSlots(With(Budget.Low), With(Budget.Medium), With(Budget.High));

        int[] With(Budget budget) => [.. ads.Where(ad => ad.Ad.Details.Budget == budget).Select(ad => ad.Slot)];
    }

    /// <summary>The slots of several that share none.</summary>
    public static WeightedSlots Union(IEnumerable<WeightedSlots> parts)
    {
        var (low, medium, high) = (new List<int>(), new List<int>(), new List<int>());
        foreach (var part in parts)
        {
            low.AddRange(part.Low);
            medium.AddRange(part.Medium);
            high.AddRange(part.High);
        }

        return new WeightedSlots([.. low], [.. medium], [.. high]);
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
    public int At(int unit) => slots[PlaceOf(unit)];

    /// <summary>Puts in place of each unit the slot that owns it; what is read of many slots comes from memory at the same time.</summary>
    public void Find(Span<int> units)
    {
        foreach (ref var unit in units)
        {
            unit = PlaceOf(unit);
            ProcessorCache.Fetch(ref slots[unit]);
        }

        foreach (ref var unit in units)
        {
            unit = slots[unit];
        }
    }

    public WeightedSlots Where(Predicate<int> keep)
    {
        return new WeightedSlots(Kept(Low), Kept(Medium), Kept(High));

        int[] Kept(ReadOnlySpan<int> of)
        {
            var kept = new List<int>();
            foreach (var slot in of)
            {
                if (keep(slot))
                {
                    kept.Add(slot);
                }
            }

            return [.. kept];
        }
    }

    /// <summary>Without a branch: of three budgets the processor guesses the wrong one so often that it would wait for that longer than for all the rest.</summary>
    private int PlaceOf(int unit)
    {
        var (lowUnits, mediumUnits) = (lowCount * LowWeight, mediumCount * MediumWeight);
        return (Math.Min(unit, lowUnits) / LowWeight)
            + (Math.Min(Math.Max(unit - lowUnits, 0), mediumUnits) / MediumWeight)
            + (Math.Max(unit - lowUnits - mediumUnits, 0) / HighWeight);
    }
}
