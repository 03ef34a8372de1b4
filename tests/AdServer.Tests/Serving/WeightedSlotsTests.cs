using AdServer.Catalog;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>Which slot owns a unit, for every mix of budgets up to three ads of each.</summary>
public sealed class WeightedSlotsTests
{
    public static TheoryData<int, int, int> Mixes =>
        [.. Enumerable.Range(0, 64).Select(mix => new TheoryDataRow<int, int, int>(mix / 16, mix / 4 % 4, mix % 4))];

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Each_slot_owns_as_many_units_as_its_budget_weighs(int low, int medium, int high)
    {
        var catalog = ServingData.Catalog(Of("low", Budget.Low, low).Concat(Of("medium", Budget.Medium, medium)).Concat(Of("high", Budget.High, high)));
        var slots = WeightedSlots.Of([.. catalog.Ads]);
        var expected = catalog.Ads.SelectMany(ad => Enumerable.Repeat(ad.Slot, WeightedSlots.WeightOf(ad.Ad.Details.Budget))).Order().ToList();

        var units = Enumerable.Range(0, slots.Weight).ToArray();
        var owners = units.Select(slots.At).ToList();
        slots.Find(units);

        Assert.Equal(low + (2 * medium) + (3 * high), slots.Weight);
        Assert.Equal(expected, owners.Order());
        Assert.Equal(owners, units);
    }

    private static IEnumerable<Ad> Of(string name, Budget budget, int count) =>
        Enumerable.Range(0, count).Select(number => ServingData.Ad($"{name}{number}", budget));
}
