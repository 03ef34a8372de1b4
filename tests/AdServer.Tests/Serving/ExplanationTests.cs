using System.Runtime.InteropServices;
using AdServer.Catalog;
using AdServer.Serving;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>What is explained is what is served: the same ads, for the reasons that the rules give.</summary>
public sealed class ExplanationTests
{
    private static readonly string[] Packages = ["com.a", "com.a.b", "org.a"];
    private static readonly string[][] Patterns = [[], [], [], ["com.a"], ["com.*"], ["org.*", "com.a.b"]];

    [Fact]
    public void The_ads_that_are_explained_as_served_are_those_that_can_be_picked_and_pass_all_rules() =>
        Prop.ForAll(
            Gen.ArrayOf(AnyAd()).ToArbitrary(),
            Gen.Elements(Packages).ToArbitrary(),
            Gen.Choose(-5, 5).ToArbitrary(),
            (ads, package, hour) =>
            {
                var (catalog, seen) = Numbered(ads);
                var now = ServingData.Noon.AddHours(hour);
                var told = catalog.Ads.ToDictionary(ad => ad.Ad.Id, ad => Explanation.Of(ad, Scene(catalog, seen, package, now, ad)));
                var chances = told.Values.Sum(one => one.Counters.Chance!.Value);
                return Pickable(catalog, seen, package, now).Order().SequenceEqual(told.Values.Where(one => one.Served == true).Select(one => one.AdId).Order())
                    && told.Values.All(one => one.Served == one.Rules.All(rule => rule.Passed == true) && one.Served == one.Counters.Chance > 0)
                    && (told.Values.All(one => one.Served == false) ? chances == 0 : Math.Abs(chances - 1) < 1e-9)
                    && told.Values.All(one => one.Counters.Eligible == catalog.Ads.Count(ad => Eligibility.Check(ad.Ad, package, now) == Ineligibility.None));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_advertiser_is_told_nothing_false_and_the_same_whatever_others_have() =>
        Prop.ForAll(
            Gen.ArrayOf(AnyAd()).ToArbitrary(),
            Gen.Elements(Packages).ToArbitrary(),
            Gen.Choose(-5, 5).ToArbitrary(),
            (ads, package, hour) =>
            {
                var now = ServingData.Noon.AddHours(hour);
                var (all, seen) = Numbered(ads);
                var alone = ServingData.Catalog(all.Ads.Select(ad => ad.Ad).Where(ad => ad.PerformerId == "ann"));
                var seenAlone = ServingData.Seen(alone, alone.Ads.Where(ad => seen.Contains(all.Find(ad.Ad.Id)!.Slot)).Select(ad => ad.Ad.Id));
                return alone.Ads.All(ad =>
                {
                    var (owner, everything) = (OfOwner(all, seen, ad.Ad.Id), Explanation.Of(all.Find(ad.Ad.Id)!, Scene(all, seen, package, now, all.Find(ad.Ad.Id)!)));
                    return Text(owner) == Text(OfOwner(alone, seenAlone, ad.Ad.Id)) && (owner.Served is null || owner.Served == everything.Served);
                });

                Explanation OfOwner(CatalogSnapshot catalog, SlotSet set, string id)
                {
                    var slots = catalog.Ads.ToDictionary(ad => ad.Slot, ad => ad.Ad.PerformerId);
                    var ad = catalog.Find(id)!;
                    return Explanation.ForOwner(ad, Scene(catalog, set, package, now, ad), slot => slots[slot] == "ann");
                }
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_rule_is_told_with_what_it_looked_at_not_only_the_first_that_fails()
    {
        var ad = ServingData.Ad("1", Budget.High, new PackageRules(["org.*", "net.a"], ["com.*"])) with
        {
            Status = AdStatus.Paused,
            StartsAt = ServingData.Noon.AddHours(1),
            EndsAt = ServingData.Noon,
        };
        var catalog = ServingData.Catalog([ad, ServingData.Ad("2"), ServingData.Ad("3")]);
        var seen = ServingData.Seen(catalog, ["1"]);

        var told = Explanation.Of(catalog.Find("1")!, Scene(catalog, seen, "com.a", ServingData.Noon, catalog.Find("1")!));

        Assert.Equal(
        [
            ("status", false, "It is paused."),
            ("startsAt", false, "It starts at 2026-03-10T13:00:00.000Z."),
            ("endsAt", false, "It ended at 2026-03-10T12:00:00.000Z."),
            ("allow", false, "None of the 2 patterns of its allow list matches."),
            ("deny", false, "com.* of its deny list matches."),
            ("seen", false, "It had an event from this app; 2 of the eligible ads had none, and such ads go first."),
        ], told.Rules.Select(rule => (rule.Name, rule.Passed == true, rule.Detail)));
        Assert.Equal("It is not handed out to com.a now, because of: status, startsAt, endsAt, allow, deny, seen.", told.Summary);
        Assert.Equal(new ExplainedCounters(true, 3) { Eligible = 2, EligibleUnseen = 2, AdsInCatalog = 3, TotalWeight = 2, Chance = 0, CountedAsOther = false }, told.Counters);
    }

    [Fact]
    public void What_is_seen_in_the_meantime_is_told_as_the_choice_had_it()
    {
        var catalog = ServingData.Catalog(3);
        var (seen, ad) = (ServingData.Seen(catalog, ["0"]), catalog.Find("1")!);
        var choice = NextUnseen.Look(new Candidates(catalog, ServingData.Noon).Make("com.a"), seen);
        seen.Add([ad.Slot], catalog.Slots);

        var scene = new ServingScene("com.a", ServingData.Noon, choice, choice.Saw(ad.Slot, seen));
        var told = new[] { Explanation.Of(ad, scene), Explanation.ForOwner(ad, scene, _ => true) };

        Assert.All(told, one => Assert.Equal((true, false), (one.Served, one.Counters.Seen)));
        Assert.All(told, one => Assert.All(one.Rules, rule => Assert.True(rule.Passed)));
    }

    [Theory]
    [InlineData(true, false, false, true)]
    [InlineData(true, false, true, true)]
    [InlineData(false, false, false, false)]
    [InlineData(false, true, false, false)]
    [InlineData(false, false, true, null)]
    [InlineData(true, true, true, null)]
    public void An_advertiser_is_told_nothing_that_hangs_on_whether_an_app_is_counted_by_name(bool isSeen, bool isOther, bool byOthers, bool? told)
    {
        var catalog = ServingData.Catalog(3);
        var (seen, ad) = (isSeen ? ServingData.Seen(catalog, ["1"]) : SlotSet.Empty, catalog.Find("1")!);
        var scene = Scene(catalog, seen, "com.a", ServingData.Noon, ad) with { IsOther = isOther, IsSeenByOthers = byOthers };

        var owner = Explanation.ForOwner(ad, scene, _ => true);

        Assert.Equal((told, !told, !told), (owner.Counters.Seen, owner.Rules[^1].Passed, owner.Served));
    }

    [Fact]
    public void An_ad_without_rules_that_is_drawn_with_others_is_told_its_chance()
    {
        var catalog = ServingData.Catalog(3);

        var told = Explanation.Of(catalog.Find("2")!, Scene(catalog, SlotSet.Empty, "com.a", ServingData.Noon, catalog.Find("2")!));

        Assert.Equal((true, 0.5, 6), (told.Served, told.Counters.Chance, told.Counters.TotalWeight));
        Assert.All(told.Rules, rule => Assert.True(rule.Passed));
        Assert.Equal("It may be handed out to com.a now.", told.Summary);
    }

    /// <summary>What a pick gives for each unit that can be drawn, on lots that nobody narrowed before.</summary>
    private static HashSet<string> Pickable(CatalogSnapshot catalog, SlotSet seen, string package, DateTimeOffset now) =>
        [.. Enumerable.Range(0, catalog.Ads.Count * WeightedSlots.HighWeight)
            .Select(unit => new OneUnit(unit, catalog.Ads.Count * WeightedSlots.HighWeight))
            .Select(unit => NextUnseen.Pick(new Candidates(catalog, now).For(ServingData.Package(package)), seen, unit)?.Ad.Id)
            .OfType<string>()];

    private static ServingScene Scene(CatalogSnapshot catalog, SlotSet seen, string package, DateTimeOffset now, CatalogAd ad) =>
        new(package, now, NextUnseen.Look(new Candidates(catalog, now).Make(package), seen), seen.Contains(ad.Slot)) { AdsInCatalog = catalog.Ads.Count };

    private static string Text(Explanation told) => System.Text.Json.JsonSerializer.Serialize(told, AdServer.Common.ApiJson.Options);

    /// <summary>Ads with names, and which of them were seen.</summary>
    private static (CatalogSnapshot Catalog, SlotSet Seen) Numbered((Ad Ad, bool IsSeen)[] ads)
    {
        var catalog = ServingData.Catalog(ads.Select((ad, number) => ad.Ad with { Id = $"{number}" }));
        return (catalog, ServingData.Seen(catalog, ads.Index().Where(ad => ad.Item.IsSeen).Select(ad => $"{ad.Index}")));
    }

    private static Gen<(Ad Ad, bool IsSeen)> AnyAd() =>
        from paused in Gen.Frequency((5, Gen.Constant(AdStatus.Active)), (1, Gen.Constant(AdStatus.Paused)))
        from budget in Gen.Elements(Budget.Low, Budget.Medium, Budget.High)
        from startsAt in AnyTime()
        from endsAt in AnyTime()
        from allow in Gen.Elements(Patterns)
        from deny in Gen.Elements(Patterns)
        from performer in Gen.Elements("ann", "bob")
        from isSeen in Gen.Elements(true, true, false)
        select (ServingData.Ad("", budget, new PackageRules(allow, deny)) with { Status = paused, StartsAt = startsAt, EndsAt = endsAt, PerformerId = performer }, isSeen);

    private static Gen<DateTimeOffset?> AnyTime() =>
        Gen.Frequency(
            (3, Gen.Constant((DateTimeOffset?)null)),
            (1, Gen.Choose(-5, 5).Select(hour => (DateTimeOffset?)ServingData.Noon.AddHours(hour))));

    /// <summary>Always draws the same of so many parts of a lot. Of a lot with no more units than there are parts, each unit is drawn by some part.</summary>
    private sealed class OneUnit(int part, int parts) : Random
    {
        private double Chance => (part + 0.5) / parts;

        public override int Next(int maxValue) => (int)(Chance * maxValue);

        public override void NextBytes(Span<byte> buffer) => MemoryMarshal.Cast<byte, ulong>(buffer).Fill((ulong)(Chance * ulong.MaxValue));
    }
}
