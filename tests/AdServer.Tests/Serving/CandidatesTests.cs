using AdServer.Catalog;
using AdServer.Serving;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>The sorted candidates say what the plain rule says.</summary>
public sealed class CandidatesTests
{
    private static readonly string[] Names = ["com", "com.a", "com.a.b", "com.ab", "org.a", "com.a.*"];
    private static readonly string[] Patterns = ["com", "com.a", "com.a.b", "com.a.*", "com.*", "*", "org.*", "org.a", "co*"];

    [Fact]
    public void Candidates_are_exactly_the_eligible_ads_for_any_rules_times_and_packages() =>
        Prop.ForAll(
            Gen.ArrayOf(AnyAd()).ToArbitrary(),
            Gen.Elements(Names).ToArbitrary(),
            Gen.Choose(-5, 5).ToArbitrary(),
            (ads, package, hour) =>
            {
                var now = ServingData.Noon.AddHours(hour);
                var catalog = Numbered(ads);
                var eligible = catalog.Ads
                    .Where(ad => Eligibility.Check(ad.Ad, package, now) == Ineligibility.None).Select(ad => ad.Slot).Order();
                var candidates = new Candidates(catalog, now);
                return eligible.SequenceEqual(candidates.For(ServingData.Package(package)).Eligible.Admitted.Order());
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Packages_beyond_the_bound_have_the_same_candidates_as_by_the_plain_rule_whoever_asked_before() =>
        Prop.ForAll(
            Gen.ArrayOf(AnyAd()).ToArbitrary(),
            Gen.ArrayOf(Gen.Elements(Names)).ToArbitrary(),
            (ads, asked) =>
            {
                var catalog = Numbered(ads);
                var candidates = new Candidates(catalog, ServingData.Noon);
                return asked.All(package => candidates.ForOther(package).Eligible.Admitted.Order().SequenceEqual(catalog.Ads
                    .Where(ad => Eligibility.Check(ad.Ad, package, ServingData.Noon) == Ineligibility.None).Select(ad => ad.Slot).Order()));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Until_the_end_of_their_window_candidates_stay_the_same() =>
        Prop.ForAll(
            Gen.ArrayOf(AnyAd()).ToArbitrary(),
            ads =>
            {
                var catalog = Numbered(ads);
                var until = new Candidates(catalog, ServingData.Noon).ValidUntil;
                return Active(ServingData.Noon).SequenceEqual(Active(until.AddTicks(-1)))
                    && (until == DateTimeOffset.MaxValue || catalog.Ads.Any(ad => ad.Ad.StartsAt == until || ad.Ad.EndsAt == until));

                IEnumerable<int> Active(DateTimeOffset now) =>
                    catalog.Ads.Where(ad => Eligibility.CheckTime(ad.Ad, now) == Ineligibility.None).Select(ad => ad.Slot).Order();
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Packages_beyond_the_bound_are_denied_by_their_own_name()
    {
        var catalog = ServingData.Catalog([ServingData.Ad("1", packages: new PackageRules([], ["com.bad.*"]))]);
        var candidates = new Candidates(catalog, ServingData.Noon);

        Assert.Single(candidates.ForOther("com.good.app").Eligible.Admitted);
        Assert.Empty(candidates.ForOther("com.bad.app").Eligible.Admitted);
    }

    [Fact]
    public void Packages_beyond_the_bound_share_what_was_made_for_their_patterns()
    {
        string[] allow = ["com.*", "com.game.*", "com.game.one"];
        var candidates = new Candidates(
            ServingData.Catalog([ServingData.Ad("1", packages: new PackageRules(allow, ["com.bad.*"]))]), ServingData.Noon);
        string[][] alike = [["com.a", "com.b", "com.game"], ["com.game.two", "com.game.3"], ["com.game.one"], ["com.bad.a", "com.bad.b"], ["org", "net"]];

        var made = alike.Select(names => Assert.Single(names.Concat(names).Select(candidates.ForOther).Distinct())).ToList();

        Assert.Distinct(made);
    }

    [Fact]
    public void What_was_narrowed_for_one_package_beyond_the_bound_serves_the_next()
    {
        var catalog = ServingData.Catalog(Enumerable.Range(0, 1000).Select(number =>
            ServingData.Ad($"{number}", packages: new PackageRules(["com.*"], []))));
        var candidates = new Candidates(catalog, ServingData.Noon);
        var seen = ServingData.Seen(catalog, Enumerable.Range(1, 999).Select(number => $"{number}"));

        var first = NextUnseen.Pick(candidates.ForOther("com.made.up.1"), seen, new Random(1));
        var narrow = candidates.ForOther("com.made.up.2").Unseen;

        Assert.Equal("0", first!.Ad.Id);
        Assert.Equal([first.Slot], narrow.Admitted);
        Assert.Equal(WeightedSlots.LowWeight, narrow.Weight);
    }

    private static CatalogSnapshot Numbered(Ad[] ads) =>
        ServingData.Catalog(ads.Select((ad, number) => ad with { Id = $"{number}" }));

    private static Gen<Ad> AnyAd() =>
        from paused in Gen.Frequency((4, Gen.Constant(AdStatus.Active)), (1, Gen.Constant(AdStatus.Paused)))
        from budget in Gen.Elements(Budget.Low, Budget.Medium, Budget.High)
        from startsAt in AnyTime()
        from endsAt in AnyTime()
        from allow in AnyPatterns()
        from deny in AnyPatterns()
        select ServingData.Ad("", budget, new PackageRules(allow, deny)) with { Status = paused, StartsAt = startsAt, EndsAt = endsAt };

    private static Gen<DateTimeOffset?> AnyTime() =>
        Gen.Frequency(
            (2, Gen.Constant((DateTimeOffset?)null)),
            (1, Gen.Choose(-5, 5).Select(hour => (DateTimeOffset?)ServingData.Noon.AddHours(hour))));

    private static Gen<string[]> AnyPatterns() =>
        Gen.Frequency(
            (2, Gen.Constant(Array.Empty<string>())),
            (1, Gen.Choose(0, 3).SelectMany(size => Gen.ArrayOf(Gen.Elements(Patterns), size))));
}
