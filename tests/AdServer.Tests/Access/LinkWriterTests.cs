using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Tests.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>How links come to the people that they are for: what a webhook gets, and what happens where it fails.</summary>
public sealed class LinkWriterTests : IAsyncDisposable
{
    private static readonly LinkMessage Message =
        new(LinkKind.Reset, "ann@example.com", "Ann", "https://ads.example.com/sign-in#link=adl_x", new DateTimeOffset(2026, 11, 21, 11, 0, 0, TimeSpan.Zero));

    private readonly CapturedLog log = new();
    private readonly JumpingClock clock = new(TimeSpan.FromSeconds(5));
    private readonly StringWriter console = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public async ValueTask DisposeAsync()
    {
        log.Dispose();
        await console.DisposeAsync();
        await services.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_gets_the_link_and_the_console_nothing()
    {
        await using var hook = await FakeAdServer.StartAsync(_ => (200, "{}"), _ => 204);

        await SendAsync(hook, calls: 1);

        var call = Assert.Single(hook.Calls);
        Assert.Equal("application/json; charset=utf-8", call.ContentType);
        Assert.Equal(
            """{"kind":"reset","email":"ann@example.com","name":"Ann","url":"https://ads.example.com/sign-in#link=adl_x","expiresAt":"2026-11-21T11:00:00.000Z"}""",
            call.Body);
        Assert.Empty(console.ToString());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(0)]
    public async Task A_webhook_that_fails_is_tried_three_times_with_pauses_and_the_log_names_no_link(int status)
    {
        await using var hook = await FakeAdServer.StartAsync(_ => (200, "{}"), call => call <= 3 ? status : 200);

        // The fourth call is of the second link: the first was given up by then.
        await SendAsync(hook, calls: 4, links: 2);

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)], clock.Waits.Where(wait => wait <= TimeSpan.FromSeconds(5)));
        var entry = Assert.Single(log.Warnings);
        Assert.Contains("was not delivered", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("adl_", entry.Message + entry.Exception, StringComparison.Ordinal);
        Assert.DoesNotContain("ann@", entry.Message + entry.Exception, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Access:LinkWebhook", "ftp://example.com/x", "Access:LinkWebhook must be a URL of http or https")]
    [InlineData("Access:LinkWebhook", "https://example.com/x", "Access:LinkWebhook needs Access:PublicUrl: what the links that it gets begin with")]
    [InlineData("Access:PublicUrl", "ads.example.com", "Access:PublicUrl must be a URL such as https://ads.example.com")]
    [InlineData("Access:PublicUrl", "https://ads.example.com/#x", "Access:PublicUrl must be a URL such as https://ads.example.com")]
    public void Settings_that_cannot_be_meant_stop_the_start(string name, string value, string fault) => Assert.Equal(
        fault,
        (name == "Access:PublicUrl" ? new AccessSettings { PublicUrl = value } : new AccessSettings { LinkWebhook = value }).Fault());

    /// <summary>Sends links and waits until the webhook was called so often.</summary>
    private async Task SendAsync(FakeAdServer hook, int calls, int links = 1)
    {
        var settings = new AccessSettings { LinkWebhook = $"{hook.Url}ad_event", PublicUrl = "https://ads.example.com" };
        var metrics = new SignInMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), new TokenDirectory(clock));
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(log));
        using var writer = new LinkWriter(settings, console, metrics, clock, factory.CreateLogger<LinkWriter>());
        await writer.StartAsync(TestContext.Current.CancellationToken);
        for (var number = 0; number < links; number++)
        {
            writer.Send(Message);
        }

        await writer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(calls, hook.Calls.Count);
    }
}
