using System.Globalization;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Limits of requests. They follow the real clock, so each test sends many more than a limit lets through in any time that it may take.</summary>
public sealed class RateLimitTests
{
    private const int Many = 400;

    [Fact]
    public async Task Who_sends_too_much_is_asked_to_wait_and_nobody_else_is()
    {
        await using var closed = await ClosedHost.StartAsync(("Access:ManagementPerSecond", "1"), ("Access:ManagementBurst", "20"));
        var (loud, quiet) = (await closed.MakeTokenAsync("analyst"), await closed.MakeTokenAsync("analyst"));

        var answers = await SendAsync(() => closed.GetAsync(loud, "/ads/none/stats"));

        var refused = answers.First(answer => answer.Status == 429);
        refused.IsError(429, "Too many requests; try again later");
        Assert.Equal(("1", "20", "0"), (refused.Header("Retry-After"), refused.Header("RateLimit-Limit"), refused.Header("RateLimit-Remaining")));
        Assert.InRange(answers.Count(answer => answer.Status == 404), 20, Many - 1);
        var other = await closed.GetAsync(quiet, "/stats");
        Assert.Equal((200, "19", "20"), (other.Status, other.Header("RateLimit-Remaining"), other.Header("RateLimit-Reset")));
    }

    [Theory]
    [InlineData("Access:ServingPerSecond", "GET", "/ads/random?packageName=com.example.a", "POST", "/ad_event")]
    [InlineData("Access:EventsPerSecond", "POST", "/ad_event", "GET", "/ads/random?packageName=com.example.a")]
    public async Task Apps_are_limited_by_address_and_asking_apart_from_reporting(string setting, string method, string path, string otherMethod, string otherPath)
    {
        await using var closed = await ClosedHost.StartAsync((setting, "1"));

        var answers = await SendAsync(() => closed.SendAsync(null, method, path, method == "GET" ? null : new { }));
        var others = await SendAsync(() => closed.SendAsync(null, otherMethod, otherPath, otherMethod == "GET" ? null : new { }));

        Assert.Contains(answers, answer => answer.Status == 429);
        Assert.All(answers.Where(answer => answer.Status == 429), answer => Assert.Equal("1", answer.Header("Retry-After")));
        Assert.DoesNotContain(others, answer => answer.Status == 429);
    }

    [Theory]
    [InlineData("a-token-of-nobody", 401)]
    [InlineData(null, 401)]
    public async Task Who_has_no_good_token_is_limited_by_address_and_nobody_who_has_one(string? token, int status)
    {
        await using var closed = await ClosedHost.StartAsync(("Access:ManagementPerSecond", "1"), ("Access:ManagementBurst", "20"));

        var answers = await SendAsync(() => closed.GetAsync(token, "/tokens"));

        Assert.Contains(answers, answer => answer.Status == 429);
        Assert.All(answers, answer => Assert.True(answer.Status == status || answer.Status == 429));
        Assert.Equal(200, (await closed.GetAsync(ClosedHost.Root, "/tokens")).Status);
    }

    [Theory]
    [InlineData("/sessions")]
    [InlineData("/sign-in/reset")]
    [InlineData("/sign-in/password")]
    public async Task Who_guesses_is_asked_to_wait_a_minute(string path)
    {
        await using var closed = await ClosedHost.StartAsync(("Access:SignInPerMinute", "1"));

        var answers = await SendAsync(() => closed.SendAsync(null, "POST", path, new { }));

        Assert.Contains(answers, answer => answer.Status == 429);
        Assert.All(answers.Where(answer => answer.Status == 429), answer => Assert.Equal("60", answer.Header("Retry-After")));
    }

    [Fact]
    public async Task A_page_that_asks_for_each_day_of_a_year_at_once_is_answered()
    {
        await using var closed = await ClosedHost.StartAsync();
        var analyst = await closed.MakeTokenAsync("analyst");

        var answers = await Task.WhenAll(Enumerable.Range(0, 365).Select(day =>
        {
            var date = new DateOnly(2026, 1, 1).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            return closed.GetAsync(analyst, $"/stats?from={date}&to={date}");
        }));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
    }

    [Theory]
    [InlineData("0", "Tokens", null)]
    [InlineData("1", "Open", null)]
    [InlineData("1", "Tokens", "false")]
    public async Task There_is_no_limit_of_zero_nor_where_access_is_open_nor_where_it_is_turned_off(string limit, string mode, string? limits)
    {
        (string, string)[] settings = [("Access:ServingPerSecond", limit), ("Access:Mode", mode), .. limits is null ? [] : new[] { ("Access:RateLimits", limits) }];
        await using var closed = await ClosedHost.StartAsync(settings);

        var answers = await SendAsync(() => closed.GetAsync(null, "/ads/random?packageName=com.example.a"));

        Assert.DoesNotContain(answers, answer => answer.Status == 429);
    }

    [Fact]
    public async Task An_open_server_has_limits_if_it_is_told_to()
    {
        await using var closed = await ClosedHost.StartAsync(("Access:ServingPerSecond", "1"), ("Access:Mode", "Open"), ("Access:RateLimits", "true"));

        Assert.Contains(await SendAsync(() => closed.GetAsync(null, "/ads/random?packageName=com.example.a")), answer => answer.Status == 429);
    }

    [Fact]
    public async Task Whoever_watches_the_server_is_never_refused()
    {
        await using var closed = await ClosedHost.StartAsync(("Access:ManagementPerSecond", "1"), ("Access:ManagementBurst", "1"));

        Assert.DoesNotContain(await SendAsync(() => closed.GetAsync(null, "/health/live")), answer => answer.Status == 429);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.0/8", false)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData(null, true)]
    public async Task A_callers_address_is_taken_from_a_known_proxy_alone(string? proxy, bool isLimited)
    {
        await using var closed = await ClosedHost.StartAsync([("Access:ServingPerSecond", "1"), .. proxy is null ? [] : new[] { ("Access:Proxies:0", proxy) }]);
        var number = 0;

        var answers = await SendAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/ads/random?packageName=com.example.a");
            var own = Interlocked.Increment(ref number);
            request.Headers.Add("X-Forwarded-For", $"203.0.{own / 200}.{own % 200}");
            return await Answer.ReadAsync(await closed.Host.Client.SendAsync(request));
        });

        Assert.Equal(isLimited, answers.Exists(answer => answer.Status == 429));
    }

    [Fact]
    public async Task Pages_of_other_origins_are_let_in_by_name()
    {
        await using var closed = await ClosedHost.StartAsync(("Access:Origins:0", "https://portal.example.com"));

        Assert.Equal("https://portal.example.com", await AllowedAsync("https://portal.example.com"));
        Assert.Null(await AllowedAsync("https://evil.example.com"));

        async Task<string?> AllowedAsync(string origin)
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, "/ads");
            preflight.Headers.Add("Origin", origin);
            preflight.Headers.Add("Access-Control-Request-Method", "PUT");
            preflight.Headers.Add("Access-Control-Request-Headers", "authorization");
            return (await Answer.ReadAsync(await closed.Host.Client.SendAsync(preflight))).Header("Access-Control-Allow-Origin");
        }
    }

    [Theory]
    [InlineData("Access:Proxies:0", "ten", "Access:Proxies: ten is neither an address nor a network such as 10.0.0.0/8")]
    [InlineData("Access:Origins:0", "https://a.example/path", "Access:Origins: https://a.example/path is no origin such as https://portal.example.com")]
    [InlineData("Access:ServingPerSecond", "-1", "The limits Access:…PerSecond and Access:…PerMinute must be 0 or more")]
    [InlineData("Access:ManagementBurst", "0", "Access:ManagementBurst must be at least 1")]
    public async Task A_setting_that_is_none_stops_the_start(string name, string value, string words)
    {
        var fault = await Assert.ThrowsAsync<AdServer.Common.StartException>(() => ClosedHost.StartAsync((name, value)));

        Assert.Equal(words, fault.Message);
    }

    private static async Task<List<Answer>> SendAsync(Func<Task<Answer>> send) => [.. await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => send()))];
}
