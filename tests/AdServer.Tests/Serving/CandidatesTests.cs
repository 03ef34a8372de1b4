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
                return eligible.SequenceEqual(candidates.For(ServingData.Package(package)).Eligible.Admitted.Order())
                    && eligible.SequenceEqual(candidates.ForOther(new Package("(other)", 0), package).Eligible.Admitted.Order());
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
        var other = new Package("(other)", 0);

        Assert.Single(candidates.ForOther(other, "com.good.app").Eligible.Admitted);
        Assert.Empty(candidates.ForOther(other, "com.bad.app").Eligible.Admitted);
        Assert.Same(candidates.ForOther(other, "com.good.app"), candidates.ForOther(other, "com.fine.app"));
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
