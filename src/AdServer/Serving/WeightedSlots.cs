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
        var lowUnits = low.Length * LowWeight;
        if (unit < lowUnits)
        {
            return low[unit / LowWeight];
        }

        unit -= lowUnits;
        var mediumUnits = medium.Length * MediumWeight;
        return unit < mediumUnits ? medium[unit / MediumWeight] : high[(unit - mediumUnits) / HighWeight];
    }

    public WeightedSlots Where(Predicate<int> keep) =>
        new(Array.FindAll(low, keep), Array.FindAll(medium, keep), Array.FindAll(high, keep));
}
