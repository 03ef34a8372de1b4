using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>What a load balancer is told.</summary>
public sealed class HealthTests
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_health_page_is_never_taken_from_a_cache(string path)
    {
        await using var host = await AdServerHost.StartAsync();

        var answer = await host.GetAsync(path);

        Assert.Equal(200, answer.Status);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_host_whose_checks_pass_is_ready_and_names_them()
    {
        await using var host = await WithCheckAsync(HealthCheckResult.Healthy("All is well"));

        var answer = await host.GetAsync("/health/ready");

        Assert.Equal(200, answer.Status);
        Assert.Equal("ready", answer.Json.GetProperty("status").GetString());
        Assert.Empty(answer.Json.GetProperty("reasons").EnumerateArray());
        var check = answer.Json.GetProperty("checks").GetProperty("thing");
        Assert.Equal("""{"status":"healthy","description":"All is well"}""", check.GetRawText());
    }

    [Fact]
    public async Task A_degraded_host_stays_in_service_and_says_why()
    {
        await using var host = await WithCheckAsync(HealthCheckResult.Degraded("Late by 9 s"));

        var answer = await host.GetAsync("/health/ready");

        Assert.Equal(200, answer.Status);
        Assert.Equal("degraded", answer.Json.GetProperty("status").GetString());
        Assert.Contains("thing: Late by 9 s", answer.Json.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()));
    }

    [Fact]
    public async Task A_host_that_cannot_serve_is_taken_out_of_service()
    {
        await using var host = await WithCheckAsync(HealthCheckResult.Unhealthy("Nothing loaded"));

        var answer = await host.GetAsync("/health/ready");

        Assert.Equal(503, answer.Status);
        Assert.Equal("unready", answer.Json.GetProperty("status").GetString());
        Assert.Contains("thing: Nothing loaded", answer.Json.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()));
        Assert.Equal(200, (await host.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task A_check_that_throws_does_not_tell_the_exception()
    {
        await using var host = await AdServerHost.StartAsync(services: services => services.AddHealthChecks()
            .AddCheck("thing", HealthCheckResult () => throw new InvalidOperationException("a secret")));

        var answer = await host.GetAsync("/health/ready");

        Assert.Equal(503, answer.Status);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.Contains("thing: The check failed", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_shuts_down_is_unready()
    {
        await using var host = await AdServerHost.StartAsync();

        host.Get<IHostApplicationLifetime>().StopApplication();
        var answer = await host.GetAsync("/health/ready");

        Assert.Equal(503, answer.Status);
        Assert.Equal("""{"status":"unready","reasons":["Shutting down"],"checks":{}}""", answer.Text);
    }

    [Fact]
    public async Task A_change_is_logged_once()
    {
        await using var host = await WithCheckAsync(HealthCheckResult.Degraded("Late by 9 s"));

        await host.GetAsync("/health/ready");
        await host.GetAsync("/health/ready");

        Assert.Single(host.Log.Warnings, entry => entry.Message.StartsWith("This host is now degraded", StringComparison.Ordinal));
    }

    private static Task<AdServerHost> WithCheckAsync(HealthCheckResult result) =>
        AdServerHost.StartAsync(services: services => services.AddHealthChecks().AddCheck("thing", () => result));
}
