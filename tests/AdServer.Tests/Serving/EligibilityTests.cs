using AdServer.Catalog;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>Each reason why an ad may not be served.</summary>
public sealed class EligibilityTests
{
    private static readonly Ad Everywhere = ServingData.Ad("1");

    [Fact]
    public void An_ad_without_rules_is_eligible_always_and_everywhere() => Assert.Equal(Ineligibility.None, Check(Everywhere));

    [Fact]
    public void A_paused_ad_is_not() => Assert.Equal(Ineligibility.Paused, Check(Everywhere with { Status = AdStatus.Paused }));

    [Theory]
    [InlineData(1, Ineligibility.NotStarted)]
    [InlineData(0, Ineligibility.None)]
    public void An_ad_starts_at_its_first_instant(int milliseconds, object expected) =>
        Assert.Equal(expected, Check(Everywhere with { StartsAt = ServingData.Noon.AddMilliseconds(milliseconds) }));

    [Theory]
    [InlineData(1, Ineligibility.None)]
    [InlineData(0, Ineligibility.Ended)]
    public void An_ad_ends_before_its_last_instant(int milliseconds, object expected) =>
        Assert.Equal(expected, Check(Everywhere with { EndsAt = ServingData.Noon.AddMilliseconds(milliseconds) }));

    [Theory]
    [InlineData("com.example.app", "", Ineligibility.None)]
    [InlineData("com.example.*", "", Ineligibility.None)]
    [InlineData("com.example.application", "", Ineligibility.PackageNotAllowed)]
    [InlineData("com.example", "", Ineligibility.PackageNotAllowed)]
    [InlineData("COM.EXAMPLE.*", "", Ineligibility.PackageNotAllowed)]
    [InlineData("", "com.example.app", Ineligibility.PackageDenied)]
    [InlineData("", "com.*", Ineligibility.PackageDenied)]
    [InlineData("", "org.*", Ineligibility.None)]
    [InlineData("com.example.app", "com.example.*", Ineligibility.PackageDenied)]
    public void Packages_are_allowed_and_denied_by_name_and_by_prefix_and_denial_wins(string allow, string deny, object expected) =>
        Assert.Equal(expected, Check(Everywhere with { Packages = new PackageRules(List(allow), List(deny)) }));

    private static string[] List(string pattern) => pattern.Length == 0 ? [] : [pattern];

    private static Ineligibility Check(Ad ad) => Eligibility.Check(ad, "com.example.app", ServingData.Noon);
}
