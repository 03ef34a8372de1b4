using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>Where and when an ad is served, as POST and PUT set it: <c>status</c>, <c>startsAt</c>, <c>endsAt</c>, <c>packages</c>.</summary>
public sealed class AdRulesTests
{
    private const string Other = "org.example.other";

    /// <summary>Rules, and whether an ad that has them is served now in <c>com.example.game</c>, and in another package.</summary>
    public static TheoryData<string, bool, bool> Rules => new()
    {
        { "{}", true, true },
        { """{"status":"active","startsAt":null,"endsAt":null,"packages":null}""", true, true },
        { """{"status":" ACTIVE ","startsAt":"2026-11-21T10:00:00Z","endsAt":"2026-11-21T10:00:00.001Z"}""", true, true },
        { """{"status":"paused"}""", false, false },
        { """{"startsAt":"2026-11-21T10:00:00.001Z"}""", false, false },
        { """{"startsAt":"2026-11-21T12:00:00+02:00"}""", true, true },
        { """{"endsAt":"2026-11-21T10:00:00.000Z"}""", false, false },
        { """{"endsAt":"2026-11-21"}""", false, false },
        { """{"packages":{"allow":["com.example.game"]}}""", true, false },
        { """{"packages":{"allow":["com.example.*"]}}""", true, false },
        { """{"packages":{"deny":["com.example.*"]}}""", false, true },
        { """{"packages":{"allow":["*"],"deny":["org.example.other"]}}""", true, false },
        { """{"packages":{"allow":[],"deny":[]}}""", true, true },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_new_ad_is_served_by_its_rules(string rules, bool here, bool elsewhere)
    {
        await using var host = await StartAsync();

        var adId = (await host.PostAsync("/ads", Merge(rules))).Succeeds().Text("adId");

        await AssertServedAsync(host, here, elsewhere);
        await host.RestartAsync();
        await AssertServedAsync(host, here, elsewhere);
        Assert.Equal(adId, (await host.GetAsync($"/ads/{adId}")).Json.Text("_id"));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_changed_ad_is_served_by_its_new_rules_at_once(string rules, bool here, bool elsewhere)
    {
        await using var host = await StartAsync();
        var portal = new Portal(host);
        var adId = await portal.AddAdAsync();
        await AssertServedAsync(host, here: true, elsewhere: true);

        await portal.ChangeAsync(adId, System.Text.Json.JsonDocument.Parse(rules).RootElement);
        await AssertServedAsync(host, here, elsewhere);

        await portal.ChangeAsync(adId, new { adName = "Renamed" });
        await AssertServedAsync(host, here, elsewhere);

        await portal.ChangeAsync(adId, new { status = "active", startsAt = (string?)null, endsAt = (string?)null, packages = (object?)null });
        await AssertServedAsync(host, here: true, elsewhere: true);
        Assert.DoesNotContain(["startsAt", "endsAt", "packages"], (await portal.AdAsync(adId)).Members().Contains);
    }

    [Fact]
    public async Task The_rules_are_read_back_as_they_were_set()
    {
        await using var host = await StartAsync();
        const string Rules =
            """{"status":"paused","startsAt":"2026-12-01","endsAt":"2026-12-24T18:00+01:00","packages":{"allow":[" com.example.* ","com.example.*"]}}""";

        var adId = (await host.PostAsync("/ads", Merge(Rules))).Succeeds().Text("adId");

        var ad = (await host.GetAsync($"/ads/{adId}")).Succeeds();
        Assert.Equal(("paused", "2026-12-01T00:00:00.000Z", "2026-12-24T17:00:00.000Z"), (ad.Text("status"), ad.Text("startsAt"), ad.Text("endsAt")));
        Assert.Equal("""{"allow":["com.example.*"],"deny":[]}""", ad.GetProperty("packages").GetRawText());
    }

    private static async Task<AdServerHost> StartAsync()
    {
        var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        return host;
    }

    /// <summary>A new ad with these rules.</summary>
    private static string Merge(string rules)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(Portal.NewAd())!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(rules)!.AsObject())
        {
            body.Add(name, value?.DeepClone());
        }

        return body.ToJsonString();
    }

    private static async Task AssertServedAsync(AdServerHost host, bool here, bool elsewhere)
    {
        Assert.Equal(here ? 200 : 204, (await new Sdk(host).AskAsync()).Status);
        Assert.Equal(elsewhere ? 200 : 204, (await new Sdk(host, Other).AskAsync()).Status);
    }
}
