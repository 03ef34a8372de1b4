using AdServer.Access;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Every route with every role, with and without a token. The table in the code is compared with what a host does.</summary>
public sealed class RouteAccessTests
{
    private static readonly string[] Strangers = [string.Empty, "ads_unknown", new('x', 600)];

    [Fact]
    public async Task Every_mapped_route_is_in_the_table_and_every_line_of_it_is_mapped()
    {
        await using var host = await AdServerHost.StartAsync();
        var mapped = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Except(["HEAD"])
                .Select(method => $"{method} {RouteRules.PatternOf(endpoint)}"));

        Assert.Equal(RouteTable.All.Select(rule => $"{rule.Method} {rule.Pattern}").Order(), mapped.Distinct().Order());
    }

    [Fact]
    public async Task Each_role_is_let_in_where_the_table_says_and_nowhere_else()
    {
        await using var closed = await ClosedHost.StartAsync();
        var performer = await closed.AddPerformerAsync("ann@example.com");
        foreach (var role in Role.All)
        {
            object? bound = role == Role.Advertiser ? new { performerId = performer } : role == Role.App ? new { packages = new[] { "com.example.*" } } : null;
            var token = await closed.MakeTokenAsync(role.Name, bound);
            foreach (var rule in RouteTable.All)
            {
                var status = (await CallAsync(closed, token, rule)).Status;

                Assert.True(
                    status is not (401 or 403) == (rule.Door != RouteDoor.Token || rule.Admits(role.May)),
                    $"{role.Name} got {status} from {rule.Method} {rule.Pattern}");
            }
        }
    }

    [Fact]
    public async Task Without_a_token_that_is_known_only_open_routes_and_those_of_the_SDK_answer()
    {
        await using var closed = await ClosedHost.StartAsync();
        foreach (var rule in RouteTable.All)
        {
            foreach (var token in Strangers)
            {
                var answer = await CallAsync(closed, token.Length == 0 ? null : token, rule);

                Assert.True(answer.Status == 401 == (rule.Door == RouteDoor.Token), $"{answer.Status} from {rule.Method} {rule.Pattern}");
                Assert.Equal(answer.Status == 401 ? "Bearer" : null, answer.Header("WWW-Authenticate"));
            }
        }
    }

    [Fact]
    public void Whatever_asks_nobody_and_is_more_than_a_look_belongs_to_signing_in() => Assert.All(
        RouteTable.All.Where(rule => rule.Door == RouteDoor.Open && rule.Method != "GET"),
        rule =>
        {
            Assert.Equal(RateClass.SignIn, rule.Rate);
            Assert.Matches("^/(sessions|sign-in)(/|$)", rule.Pattern);
        });

    [Fact]
    public async Task Where_app_keys_are_asked_for_the_routes_of_the_SDK_are_closed_too()
    {
        await using var closed = await ClosedHost.StartAsync(("Access:RequireAppKey", "true"));
        var analyst = await closed.MakeTokenAsync("analyst");
        foreach (var rule in RouteTable.All.Where(rule => rule.Door == RouteDoor.AppKey))
        {
            Assert.Equal(401, (await CallAsync(closed, null, rule)).Status);
            Assert.Equal(403, (await CallAsync(closed, analyst, rule)).Status);
        }
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found_for_everybody_and_a_wrong_method_is_405()
    {
        await using var closed = await ClosedHost.StartAsync();

        Assert.Equal((404, 405), ((await closed.GetAsync(null, "/nothing")).Status, (await closed.SendAsync(null, "PATCH", "/ads")).Status));
    }

    [Fact]
    public async Task Open_access_asks_nobody()
    {
        await using var host = await AdServerHost.StartAsync();

        Assert.Equal((200, 200), ((await host.GetAsync("/ads")).Status, (await host.GetAsync("/tokens")).Status));
    }

    /// <summary>Calls a route with nothing that it could find or change.</summary>
    private static Task<Answer> CallAsync(ClosedHost closed, string? token, RouteRule rule)
    {
        var path = rule.Pattern.Replace("{id}", "none", StringComparison.Ordinal).Replace("{deviceId}", "none", StringComparison.Ordinal)
            .Replace("{documentName}/swagger.{extension}", "v1/swagger.json", StringComparison.Ordinal)
            .Replace("{**path}", "index.html", StringComparison.Ordinal);
        return closed.SendAsync(token, rule.Method, path, rule.Method is "GET" or "DELETE" ? null : new { });
    }
}
