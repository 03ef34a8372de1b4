using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>The cases of selection, each a file: ads, what was seen, and which ads may come next.</summary>
public sealed class SelectionCaseTests
{
    private const int Picks = 400;

    private static readonly JsonSerializerOptions Options =
        new(ApiJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder(), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Exactly_the_expected_ads_come_next(string name)
    {
        var given = JsonSerializer.Deserialize<Case>(File.ReadAllText(Path.Combine(Folder(), $"{name}.json")), Options)!;
        var catalog = ServingData.Catalog(given.Ads.Select(ad => ad.ToAd()));
        var candidates = new Candidates(catalog, given.Now).For(ServingData.Package(given.Package));
        var seen = ServingData.Seen(catalog, given.Seen);
        var random = new Random(1);

        var next = Enumerable.Range(0, Picks).Select(_ => NextUnseen.Pick(candidates, seen, random)?.Ad.Id);

        Assert.Equal(given.Expected.Order(), next.OfType<string>().Distinct().Order());
    }

    [Fact]
    public void There_is_a_case_for_each_reason_and_for_each_step_of_the_rule() => Assert.True(Files.Count >= 10);

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Cases");

    private sealed record Case(DateTimeOffset Now, string Package, CaseAd[] Ads, string[] Seen, string[] Expected);

    private sealed record CaseAd(
        string Id, Budget Budget, AdStatus Status, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, string[]? Allow, string[]? Deny)
    {
        public Ad ToAd() => ServingData.Ad(Id, Budget, new PackageRules(Allow ?? [], Deny ?? [])) with
        {
            Status = Status,
            StartsAt = StartsAt,
            EndsAt = EndsAt,
        };
    }
}
