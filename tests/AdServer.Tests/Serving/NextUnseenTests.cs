using AdServer.Catalog;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>The choice: only unseen ads while there are any, and exactly in proportion to weight.</summary>
public sealed class NextUnseenTests
{
    private const string App = "com.example.app";

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(90)]
    [InlineData(95)]
    [InlineData(99)]
    [InlineData(100)]
    public void Ads_are_chosen_in_proportion_to_their_budget_however_many_were_seen(int percentSeen)
    {
        var catalog = ServingData.Catalog(600);
        var ids = catalog.Ads.Select(ad => ad.Ad.Id).ToArray();
        new Random(7).Shuffle(ids);
        var seen = ids.Take(ids.Length * percentSeen / 100).ToHashSet();
        var candidates = new Candidates(catalog, ServingData.Noon);

        AssertProportional(catalog, candidates, seen.Count == ids.Length ? ids : ids.Except(seen), ServingData.Seen(catalog, seen));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(97)]
    [InlineData(100)]
    public void Targeted_ads_weigh_what_their_budget_says_even_if_several_patterns_allow_them(int percentSeen)
    {
        var catalog = MixedCatalog();
        var eligible = catalog.Ads
            .Where(ad => Eligibility.Check(ad.Ad, App, ServingData.Noon) == Ineligibility.None).Select(ad => ad.Ad.Id).ToArray();
        new Random(8).Shuffle(eligible);
        var seen = eligible.Take(eligible.Length * percentSeen / 100).ToHashSet();
        var candidates = new Candidates(catalog, ServingData.Noon);

        AssertProportional(
            catalog, candidates, seen.Count == eligible.Length ? eligible : eligible.Except(seen), ServingData.Seen(catalog, seen));
    }

    [Theory]
    [InlineData(90)]
    [InlineData(96)]
    public void The_first_pick_of_a_package_is_as_proportional_as_the_later_ones(int percentSeen)
    {
        var catalog = ServingData.Catalog(100);
        var ids = catalog.Ads.Select(ad => ad.Ad.Id).ToArray();
        var seen = ids.Take(percentSeen).ToArray();
        var set = ServingData.Seen(catalog, seen);
        var candidates = new Candidates(catalog, ServingData.Noon);
        var random = new Random(11);

        var picks = Enumerable.Range(1, 30_000)
            .Select(index => NextUnseen.Pick(candidates.For(new Package(App, index)), set, random)!.Ad.Id);

        AssertProportional(Weights(catalog, ids.Except(seen)), picks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(96)]
    public void The_second_pick_of_a_package_is_as_proportional_as_if_it_were_drawn_alone(int percentSeen)
    {
        var catalog = ServingData.Catalog(100);
        var ids = catalog.Ads.Select(ad => ad.Ad.Id).ToArray();
        var candidates = new Candidates(catalog, ServingData.Noon);
        var random = new Random(12);

        var picks = Enumerable.Range(1, 30_000).Select(index =>
        {
            var own = candidates.For(new Package(App, index));
            var seen = ServingData.Seen(catalog, ids.Take(percentSeen));
            seen.Add([NextUnseen.Pick(own, seen, random)!.Slot], catalog.Slots);
            return NextUnseen.Pick(own, seen, random)!.Ad.Id;
        });

        // Each other ad may have come first, and the weight that was left then is without it.
        var weights = Weights(catalog, ids.Skip(percentSeen));
        var all = weights.Values.Sum();
        AssertProportional(weights.ToDictionary(ad => ad.Key, ad => weights.Where(first => first.Key != ad.Key).Sum(first => first.Value * ad.Value / (all - first.Value))), picks);
    }

    [Fact]
    public void Proportions_hold_while_more_and_more_is_seen()
    {
        var counts = new Dictionary<Budget, int>();
        var random = new Random(5);
        for (var round = 0; round < 3000; round++)
        {
            var catalog = ServingData.Catalog([
                .. Enumerable.Range(0, 40).Select(number => ServingData.Ad($"gone {number}")),
                ServingData.Ad("low", Budget.Low), ServingData.Ad("medium", Budget.Medium), ServingData.Ad("high", Budget.High)]);
            var candidates = new Candidates(catalog, ServingData.Noon).For(ServingData.Package(App));
            var seen = ServingData.Seen(catalog, Enumerable.Range(0, 38).Select(number => $"gone {number}"));
            NextUnseen.Pick(candidates, seen, random);
            seen.Add([catalog.Find("gone 38")!.Slot, catalog.Find("gone 39")!.Slot], catalog.Slots);

            var budget = NextUnseen.Pick(candidates, seen, random)!.Ad.Details.Budget;
            counts[budget] = counts.GetValueOrDefault(budget) + 1;
        }

        Assert.InRange(counts[Budget.Low], 420, 580);
        Assert.InRange(counts[Budget.Medium], 900, 1100);
        Assert.InRange(counts[Budget.High], 1390, 1610);
    }

    [Fact]
    public void Every_ad_comes_once_before_any_comes_again()
    {
        var catalog = ServingData.Catalog(500);
        var candidates = new Candidates(catalog, ServingData.Noon).For(ServingData.Package(App));
        var seen = new SlotSet();
        var random = new Random(3);
        var shown = new List<int>();
        for (var turn = 0; turn < 500; turn++)
        {
            var ad = NextUnseen.Pick(candidates, seen, random)!;
            shown.Add(ad.Slot);
            seen.Add([ad.Slot], catalog.Slots);
        }

        Assert.Equal(500, shown.Distinct().Count());
        Assert.NotNull(NextUnseen.Pick(candidates, seen, random));
    }

    [Fact]
    public void Where_nothing_is_eligible_nothing_is_chosen()
    {
        var denied = ServingData.Catalog(Enumerable.Range(0, 200).Select(number =>
            ServingData.Ad($"{number}", packages: new PackageRules([], ["com.*"]))));

        Assert.Null(Pick(CatalogSnapshot.Empty));
        Assert.Null(Pick(denied));

        static CatalogAd? Pick(CatalogSnapshot catalog) =>
            NextUnseen.Pick(new Candidates(catalog, ServingData.Noon).For(ServingData.Package(App)), SlotSet.Empty, new Random(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(99)]
    [InlineData(100)]
    public void A_pick_allocates_nothing(int percentSeen)
    {
        var catalog = MixedCatalog();
        var candidates = new Candidates(catalog, ServingData.Noon).For(ServingData.Package(App));
        var ids = catalog.Ads.Select(ad => ad.Ad.Id).ToArray();
        var seen = ServingData.Seen(catalog, ids.Take(ids.Length * percentSeen / 100));
        var random = new Random(2);
        Repeat();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Repeat()
        {
            for (var turn = 0; turn < 2000; turn++)
            {
                NextUnseen.Pick(candidates, seen, random);
            }
        }
    }

    /// <summary>Open, allowed by name, by prefix, by both, by prefixes of several lengths, denied, and meant for others.</summary>
    private static CatalogSnapshot MixedCatalog()
    {
        PackageRules[] rules =
        [
            PackageRules.Everywhere,
            new([App], []),
            new(["com.example.*"], []),
            new(["com.example.*", App, "*", "com.*"], []),
            new([], ["com.example.*"]),
            new(["com.*"], [App]),
            new(["org.other"], []),
            new([], ["org.*"]),
        ];
        return ServingData.Catalog(Enumerable.Range(0, 480).Select(number =>
            ServingData.Ad($"{number}", (Budget)(1 + (number % 3)), rules[number / 3 % rules.Length])));
    }

    private static void AssertProportional(CatalogSnapshot catalog, Candidates candidates, IEnumerable<string> expected, SlotSet seen)
    {
        var own = candidates.For(ServingData.Package(App));
        var random = new Random(4711);
        AssertProportional(Weights(catalog, expected), Enumerable.Range(0, 60_000).Select(_ => NextUnseen.Pick(own, seen, random)!.Ad.Id));
    }

    private static Dictionary<string, double> Weights(CatalogSnapshot catalog, IEnumerable<string> ids) =>
        ids.ToDictionary(id => id, id => (double)catalog.Find(id)!.Ad.Details.Budget);

    /// <summary>Pearson's test: the statistic stays within five standard deviations of its mean.</summary>
    private static void AssertProportional(Dictionary<string, double> weights, IEnumerable<string> picks)
    {
        var found = picks.CountBy(id => id).ToDictionary();
        Assert.Empty(found.Keys.Except(weights.Keys));

        var unit = found.Values.Sum() / weights.Values.Sum();
        var statistic = weights.Sum(ad => Math.Pow(found.GetValueOrDefault(ad.Key) - (unit * ad.Value), 2) / (unit * ad.Value));
        var freedom = weights.Count - 1;
        Assert.InRange(statistic, 0, freedom + (5 * Math.Sqrt(2 * freedom)));
    }
}
