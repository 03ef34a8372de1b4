using System.Net.Http.Json;
using System.Text.Json;
using AdServer.Catalog;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Tests.Access;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary><c>GET /ads/{id}/explain</c> through a real host.</summary>
public sealed class ExplainTests
{
    private const string App = "com.example.app";

    [Fact]
    public async Task A_seen_ad_waits_for_the_unseen_ones_and_is_told_so()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a"), ServingData.Ad("b", Budget.High)], [new PackageAds(App, ["a"])]);

        var (seen, unseen) = (await AskAsync(host, "a"), await AskAsync(host, "b"));

        Assert.False(seen.GetProperty("served").GetBoolean());
        Assert.Equal("It had an event from this app; 1 of the eligible ads had none, and such ads go first.", seen.GetProperty("rules")[5].Text("detail"));
        Assert.True(unseen.GetProperty("served").GetBoolean());
        Assert.Equal(1, unseen.GetProperty("counters").GetProperty("chance").GetDouble());
        Assert.Equal(ServingData.Noon, unseen.GetProperty("asOf").GetDateTimeOffset());
    }

    [Fact]
    public async Task Asking_changes_nothing_and_makes_no_app_known()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a")]);

        Assert.True((await AskAsync(host, "a", "made.up")).GetProperty("served").GetBoolean());

        Assert.Equal((0, 0L, 0L), (host.Get<KnownPackages>().Count, host.Get<SeenSets>().Pairs, host.Get<DeliveredAds>().Pairs));
        await host.Get<DeliveryWriter>().FlushAsync(TestContext.Current.CancellationToken);
        Assert.Empty(host.Store.Requests);
    }

    [Fact]
    public async Task An_app_beyond_the_bound_is_explained_by_its_own_name_and_by_what_all_of_them_saw()
    {
        await using var host = await ServingHost.StartAsync(
            [ServingData.Ad("a", packages: new PackageRules(["com.*"], [])), ServingData.Ad("b")],
            [new PackageAds(App, []), new PackageAds("(other)", ["b"])],
            "--Serving:MaxPackages=1");
        await host.AskAsync($"?packageName={App}");

        var (there, elsewhere) = (await AskAsync(host, "b", "com.made.up"), await AskAsync(host, "b", "org.made.up"));

        Assert.True(there.GetProperty("counters").GetProperty("countedAsOther").GetBoolean());
        Assert.False(there.GetProperty("served").GetBoolean());
        Assert.Equal(
            "It had an event from the apps that are counted together as (other), this one among them; 1 of the eligible ads had none, and such ads go first.",
            there.GetProperty("rules")[5].Text("detail"));
        Assert.True(elsewhere.GetProperty("served").GetBoolean());
        Assert.False((await AskAsync(host, "b")).GetProperty("counters").GetProperty("countedAsOther").GetBoolean());
        Assert.Equal(["a"], await host.NextAsync("com.made.up"));
        Assert.Equal(["b"], await host.NextAsync("org.made.up"));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_explains_what_is_served()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a") with { StartsAt = ServingData.Noon }]);
        host.Clock.Now = ServingData.Noon.AddHours(-1);

        var told = await AskAsync(host, "a");

        Assert.Equal(["a"], await host.NextAsync(App));
        Assert.True(told.GetProperty("served").GetBoolean());
        Assert.Equal(ServingData.Noon, told.GetProperty("asOf").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("/ads/a/explain", 400, "Missing or invalid packageName")]
    [InlineData("/ads/a/explain?packageName=%20", 400, "Missing or invalid packageName")]
    [InlineData("/ads/a/explain?packageName=a%00b", 400, "packageName must have at most 255 characters and no control characters")]
    [InlineData("/ads/none/explain", 400, "Missing or invalid packageName")]
    [InlineData("/ads/none/explain?packageName=com.a", 404, "Ad not found")]
    public async Task What_cannot_be_explained_is_answered_as_elsewhere(string path, int status, string error)
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a")]);

        var answer = await host.Client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal((status, error), ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).Text("error")));
    }

    [Fact]
    public async Task An_advertiser_is_told_what_its_own_ads_decide_and_no_number_of_others()
    {
        await using var closed = await ClosedHost.StartAsync();
        var own = await closed.AddPerformerAsync("ann@example.com");
        var ad = await closed.AddAdAsync("ann@example.com");
        var token = await closed.MakeTokenAsync("advertiser", new { performerId = own });
        await new Sdk(closed.Host, App).ReportsAsync(ad);

        var first = await ExplainAsync();
        await closed.AddAdAsync("ann@example.com");
        var second = await ExplainAsync();

        Assert.Equal(JsonValueKind.Null, first.GetProperty("served").ValueKind);
        Assert.Equal(JsonValueKind.Null, first.GetProperty("rules")[5].GetProperty("passed").ValueKind);
        Assert.Equal(["seen", "weight"], first.GetProperty("counters").EnumerateObject().Select(member => member.Name));
        Assert.False(second.GetProperty("served").GetBoolean());
        Assert.Equal(200, (await closed.GetAsync(ClosedHost.Root, $"/ads/{ad}/explain?packageName={App}")).Status);

        async Task<JsonElement> ExplainAsync() => (await closed.GetAsync(token, $"/ads/{ad}/explain?packageName={App}")).Has(200).Json;
    }

    [Fact]
    public async Task An_advertiser_is_told_of_an_ad_of_another_what_it_is_told_of_none()
    {
        await using var closed = await ClosedHost.StartAsync();
        var own = await closed.AddPerformerAsync("ann@example.com");
        await closed.AddPerformerAsync("bob@example.com");
        var other = await closed.AddAdAsync("bob@example.com");
        var token = await closed.MakeTokenAsync("advertiser", new { performerId = own });

        foreach (var query in new[] { $"?packageName={App}", "?packageName=%20", "?packageName=a%00b", "" })
        {
            var (theirs, none) = (await AskAsync(other, query), await AskAsync("00000000-0000-7000-8000-000000000000", query));

            Assert.Equal(none, theirs);
            Assert.StartsWith(query.EndsWith(App, StringComparison.Ordinal) ? "404" : "400", none, StringComparison.Ordinal);
        }

        async Task<string> AskAsync(string id, string query)
        {
            var answer = await closed.GetAsync(token, $"/ads/{id}/explain{query}");
            var headers = answer.Response.Headers.NonValidated.Where(header => header.Key is not "Date" && !header.Key.StartsWith("RateLimit", StringComparison.Ordinal));
            return $"{answer.Status} {string.Join('\n', headers)} {answer.Text.Replace(answer.Json.Text("traceId"), "", StringComparison.Ordinal)}";
        }
    }

    private static Task<JsonElement> AskAsync(ServingHost host, string id, string package = App) =>
        host.Client.GetFromJsonAsync<JsonElement>($"/ads/{id}/explain?packageName={package}", TestContext.Current.CancellationToken);
}
