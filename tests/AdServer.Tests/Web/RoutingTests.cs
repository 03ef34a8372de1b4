using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>Addresses and methods: what every route has in common.</summary>
public sealed class RoutingTests
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/api/health/live")]
    public async Task Every_route_is_served_at_the_root_and_below_the_prefix(string path)
    {
        await using var host = await AdServerHost.StartAsync();

        var answer = await host.GetAsync(path);

        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"status":"live"}""", answer.Text);
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/api/nowhere")]
    [InlineData("/health/live/")]
    [InlineData("/api/health/live/")]
    [InlineData("//health/live")]
    [InlineData("/apis/health/live")]
    public async Task An_unknown_path_is_a_404_in_json(string path)
    {
        await using var host = await AdServerHost.StartAsync();

        var answer = await host.GetAsync(host.Client.BaseAddress + path[1..]);

        answer.IsError(404, "Not found");
    }

    [Fact]
    public async Task A_wrong_method_is_a_405_that_names_the_right_ones()
    {
        await using var host = await AdServerHost.StartAsync(map: app =>
        {
            app.MapGet("/things", () => "all");
            app.MapPost("/things", () => "made");
            app.MapPost("/only-post", () => "made");
        });

        var things = await host.DeleteAsync("/things");
        var onlyPost = await host.SendAsync(HttpMethod.Head, "/only-post");

        things.IsError(405, "Method not allowed");
        Assert.Equal(["GET", "HEAD", "POST"], things.Header("Allow")!.Split(", ").Order());
        Assert.Equal(405, onlyPost.Status);
        Assert.Equal("POST", onlyPost.Header("Allow"));
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_the_body()
    {
        await using var host = await AdServerHost.StartAsync(map: app => app.MapGet("/text", (HttpResponse response) =>
        {
            response.Headers["X-Thing"] = "7";
            response.ContentLength = 5;
            return "words";
        }));

        var get = await host.GetAsync("/text");
        var head = await host.SendAsync(HttpMethod.Head, "/text");

        Assert.Equal(get.Status, head.Status);
        Assert.Equal("words", get.Text);
        Assert.Empty(head.Text);
        Assert.All(["X-Thing", "Content-Type", "Content-Length"], name => Assert.Equal(get.Header(name), head.Header(name)));
    }

    [Fact]
    public async Task HEAD_of_an_unknown_path_is_404_without_a_body()
    {
        await using var host = await AdServerHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Head, "/nowhere");

        Assert.Equal(404, answer.Status);
        Assert.Empty(answer.Text);
        Assert.Equal("application/problem+json", answer.MediaType);
    }

    [Fact]
    public async Task The_server_does_not_name_its_software()
    {
        await using var host = await AdServerHost.StartAsync();

        var answer = await host.GetAsync("/health/live");

        Assert.Null(answer.Header("Server"));
    }
}
