using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Serving;
using AdServer.Stats;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary><c>GET /ads/random</c> through a real host.</summary>
public sealed class RandomAdTests
{
    private const string App = "com.example.app";

    [Fact]
    public async Task An_app_gets_an_ad_as_the_catalogue_rendered_it()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a")]);

        var answer = await host.AskAsync($"?packageName={App}");
        var body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(body.Length, answer.Content.Headers.ContentLength);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal(host.Get<CatalogRefresher>().Current.Find("a")!.Body, body);
    }

    [Fact]
    public async Task Without_an_ad_the_answer_is_204_and_empty()
    {
        await using var host = await ServingHost.StartAsync([]);

        var answer = await host.AskAsync($"?packageName={App}");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("?packageName")]
    [InlineData("?packageName=")]
    [InlineData("?packageName=%20+%09")]
    [InlineData("?package=com.example")]
    public async Task Without_a_package_name_the_answer_is_400(string query)
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a")]);

        var answer = await host.AskAsync(query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("Missing or invalid packageName", await ErrorOf(answer));
    }

    [Fact]
    public async Task A_name_with_control_characters_or_without_end_is_400_and_names_the_field()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a")]);

        foreach (var name in new[] { "a%00b", "a%0Ab", new string('a', 256) })
        {
            var answer = await host.AskAsync($"?packageName={name}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.StartsWith("packageName must", await ErrorOf(answer), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync($"?packageName={new string('a', 255)}")).StatusCode);
        Assert.Equal(1, host.Get<KnownPackages>().Count);
    }

    [Theory]
    [InlineData("?packageName=%20com.example.app+")]
    [InlineData("?x=1&packageName=com%2Eexample.app&packageName=org.other")]
    [InlineData("?packagename=com.example.app")]
    public async Task The_name_is_decoded_and_trimmed_and_the_first_one_counts(string query)
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a", packages: new PackageRules([App], []))]);

        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(query)).StatusCode);
    }

    [Fact]
    public async Task An_ad_that_had_an_event_from_the_app_waits_until_all_had_one()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a"), ServingData.Ad("b")]);

        await ReportAsync(host, "a", App);
        Assert.Equal(["b"], await host.NextAsync(App));
        Assert.Equal(["a", "b"], await host.NextAsync("com.example.other"));

        await ReportAsync(host, "b", App);
        Assert.Equal(["a", "b"], await host.NextAsync(App));
    }

    [Fact]
    public async Task A_restart_remembers_what_was_seen()
    {
        await using var host = await ServingHost.StartAsync(
            [ServingData.Ad("a"), ServingData.Ad("b"), ServingData.Ad("c")],
            [new PackageAds(App, ["a", "removed"]), new PackageAds("org.other", ["b"]), new PackageAds(App, ["a", "c"])]);

        Assert.Equal(["b"], await host.NextAsync(App));
        Assert.Equal(3, host.Get<SeenSets>().Pairs);
    }

    [Fact]
    public async Task Changes_of_ads_are_served_at_once()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a")]);
        var catalog = host.Get<CatalogRefresher>();

        await catalog.ApplyAsync(new CatalogChange(Ad: ServingData.Ad("b")));
        Assert.Equal(["a", "b"], await host.NextAsync(App));

        await catalog.ApplyAsync(new CatalogChange(Ad: ServingData.Ad("a") with { Status = AdStatus.Paused, Version = 2 }));
        Assert.Equal(["b"], await host.NextAsync(App));

        await catalog.ApplyAsync(new CatalogChange(RemovedId: "b"));
        Assert.Empty(await host.NextAsync(App));
    }

    [Fact]
    public async Task Ads_start_and_end_to_the_millisecond()
    {
        await using var host = await ServingHost.StartAsync(
        [
            ServingData.Ad("ends") with { EndsAt = ServingData.Noon.AddSeconds(1) },
            ServingData.Ad("starts") with { StartsAt = ServingData.Noon.AddSeconds(2) },
        ]);

        await At(0.999, "ends");
        await At(1);
        await At(1.999);
        await At(2, "starts");

        async Task At(double seconds, params string[] expected)
        {
            host.Clock.Now = ServingData.Noon.AddSeconds(seconds);
            Assert.Equal(expected, await host.NextAsync(App));
        }
    }

    [Fact]
    public async Task Packages_beyond_the_bound_are_counted_together_and_still_served_by_their_own_rules()
    {
        await using var host = await ServingHost.StartAsync(
            [ServingData.Ad("a", packages: new PackageRules(["com.*"], [])), ServingData.Ad("b")], null, "--Serving:MaxPackages=1");

        await host.AskAsync($"?packageName={App}");
        Assert.Equal(["b"], await host.NextAsync("org.made.up"));
        Assert.Equal(["a", "b"], await host.NextAsync("com.made.up"));
        await host.Get<DeliveryWriter>().FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["(other)", App], host.Store.Requests.Keys.Select(key => key.Package).Order(StringComparer.Ordinal));
        Assert.Equal((80, 80), host.Store.Requests.Single(row => row.Key.Package == "(other)").Value);
    }

    [Fact]
    public async Task Requests_and_deliveries_are_counted_and_refused_requests_are_not()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a", packages: new PackageRules([App], []))]);
        await host.AskAsync($"?packageName={App}");
        await host.AskAsync($"?packageName={App}");
        await host.AskAsync("?packageName=org.other");
        await host.AskAsync("?packageName=");
        await host.Get<DeliveryWriter>().FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, Assert.Single(host.Store.Deliveries).Value);
        Assert.Equal((2, 2), host.Store.Requests.Single(row => row.Key.Package == App).Value);
        Assert.Equal((1, 0), host.Store.Requests.Single(row => row.Key.Package == "org.other").Value);
    }

    [Fact]
    public async Task The_host_is_healthy_once_it_has_a_catalogue()
    {
        await using var host = await ServingHost.StartAsync([]);
        var ready = await host.Get<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        var without = await new ServingHealth(new CatalogRefresher(host.Get<ICatalogReader>()))
            .CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Healthy, ready.Entries["serving"].Status);
        Assert.Equal(HealthStatus.Unhealthy, without.Status);
    }

    [Theory]
    [InlineData("--Serving:MaxPackages=0", "Serving:MaxPackages must be from 1 to 10,000,000")]
    [InlineData("--Serving:FlushEvery=00:00:00", "Serving:FlushEvery must be from 00:00:00.010 to 01:00:00")]
    public async Task A_setting_that_cannot_be_stops_the_start_and_says_why(string setting, string message)
    {
        var fault = await Assert.ThrowsAsync<StartException>(() => ServingHost.StartAsync([], null, setting));
        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public async Task The_route_describes_its_parameter_and_its_answers()
    {
        await using var host = await ServingHost.StartAsync([]);
        var endpoint = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Single(route => route.RoutePattern.RawText == "/ads/random");

        var parameter = Assert.Single(endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>());
        Assert.Equal("packageName", parameter.Name);
        Assert.Equal([200, 204, 400], endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>()
            .Select(answer => answer.StatusCode).Distinct().Order());
    }

    private static async Task ReportAsync(ServingHost host, string adId, string package)
    {
        var body = $$$"""
            {
              "adId": "{{{adId}}}", "timestamp": "2026-03-10T12:00:00.000Z",
              "eventDetails": {"packageName": "{{{package}}}", "eventType": "view", "watchDuration": 3}
            }
            """;
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await host.Client.PostAsync("/ad_event", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static async Task<string?> ErrorOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("error").GetString();
}
