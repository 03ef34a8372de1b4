using AdServer.Web;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>What browsers are told not to do with an answer.</summary>
public sealed class SafetyHeadersTests : IAsyncLifetime
{
    private AdServerHost host = null!;

    public async ValueTask InitializeAsync() =>
        host = await AdServerHost.StartAsync(map: app => app.MapGet("/failure", string () => throw new InvalidOperationException("on purpose")));

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("/ads", 200)]
    [InlineData("/api/performers", 200)]
    [InlineData("/stats", 200)]
    [InlineData("/health/ready", 200)]
    [InlineData("/ads/none", 404)]
    [InlineData("/nowhere", 404)]
    [InlineData("/failure", 500)]
    public async Task Data_is_no_page_is_not_kept_and_is_not_framed(string path, int status)
    {
        var answer = await host.GetAsync(path);

        Assert.Equal(status, answer.Status);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Header("Content-Security-Policy"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Resource-Policy"));
    }

    [Fact]
    public async Task The_page_of_the_api_runs_scripts_of_its_own_host_alone()
    {
        var page = await host.GetAsync(OpenApi.Page);

        Assert.Equal(200, page.Status);
        Assert.Contains("script-src 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        // A script in the page itself would not run.
        Assert.DoesNotMatch("<script(?![^>]*src=)[^>]*>", page.Text);
    }

    [Theory]
    [InlineData("Open", true)]
    [InlineData("Tokens", false)]
    public async Task The_page_says_that_access_is_open(string mode, bool isOpen)
    {
        await using var other = await AdServerHost.StartAsync(new() { ["Access:Mode"] = mode, ["Access:BootstrapToken"] = Access.ClosedHost.Root });
        using var request = new HttpRequestMessage(HttpMethod.Get, OpenApi.Page);
        request.Headers.Add("Authorization", Access.ClosedHost.Root);

        var page = await Answer.ReadAsync(await other.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((200, isOpen), (page.Status, page.Text.Contains("Access is open", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Telephones_are_not_sent_what_only_browsers_read()
    {
        var answer = await host.GetAsync("/ads/random?packageName=com.example.app");

        Assert.Null(answer.Header("Content-Security-Policy"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/%2F%2Fevil.example")]
    [InlineData("/api//evil.example/..")]
    [InlineData("/?url=https://evil.example&returnUrl=//evil.example")]
    [InlineData("/swagger?url=//evil.example")]
    public async Task Nobody_is_sent_to_another_host(string path)
    {
        await using var beyond = await AdServerHost.StartAsync(new() { ["Access:AllowOpenBeyondLoopback"] = "true" });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(beyond.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path));
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");

        var answer = await Answer.ReadAsync(await beyond.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.DoesNotContain("evil.example", answer.Header("Location") ?? string.Empty, StringComparison.Ordinal);
    }
}
