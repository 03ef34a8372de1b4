using Xunit;

namespace AdServer.Tests.Access;

/// <summary>What pages of other sites can do with somebody's session: nothing. And where a session's cookie goes.</summary>
public sealed class CrossSiteTests
{
    private const string Ann = "ann@example.com";

    [Theory]
    [InlineData(200, "Sec-Fetch-Site", "same-origin")]
    [InlineData(200, "Sec-Fetch-Site", "none")]
    [InlineData(403, "Sec-Fetch-Site", "same-site")]
    [InlineData(403, "Sec-Fetch-Site", "cross-site")]
    [InlineData(403, "Sec-Fetch-Site", "")]
    [InlineData(200, null, null)]
    [InlineData(200, "Origin", "{own}")]
    [InlineData(200, "Origin", "https://ads.example.com")]
    [InlineData(403, "Origin", "http://ads.example.com")]
    [InlineData(403, "Origin", "https://ads.example.com.evil.example")]
    [InlineData(403, "Origin", "https://evil.example")]
    [InlineData(403, "Origin", "null")]
    [InlineData(403, "Origin", "")]
    public async Task A_change_by_cookie_is_made_for_our_own_page_or_a_program_alone(int status, string? header, string? value)
    {
        await using var scene = await SignInScene.StartAsync(("Access:PublicUrl", "https://ads.example.com/portal"));
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        (string, string)[] headers = header is null ? [] : [(header, value!.Replace("{own}", scene.Host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal))];

        var changed = await scene.SendAsync(cookie, "POST", "/tokens", new { name = "n", role = "analyst" }, headers);
        var signedIn = await scene.SendAsync(null, "POST", "/sessions", new { email = Ann, password = SignInScene.Password }, headers);

        Assert.Equal((status == 200 ? 201 : 403, status == 200 ? 201 : 403), (changed.Status, signedIn.Status));
        // Reading is not changing, and a token goes with no request by itself.
        Assert.Equal(200, (await scene.SendAsync(cookie, "GET", "/tokens", null, headers)).Status);
        Assert.Equal(201, (await scene.SendAsync(null, "POST", "/tokens", new { name = "n", role = "analyst" }, [("Authorization", $"Bearer {ClosedHost.Root}"), .. headers])).Status);
        Assert.Equal(status, (await scene.SendAsync(cookie, "DELETE", "/sessions/current", null, headers)).Status);
    }

    /// <summary>What a browser sends without asking first has no JSON. Where it goes to a server that asks nobody, or by a proxy that adds a token, it changes nothing.</summary>
    [Theory]
    [InlineData(403, "Sec-Fetch-Site", "cross-site")]
    [InlineData(403, "Origin", "https://evil.example")]
    [InlineData(200, "Origin", "https://portal.example.com")]
    [InlineData(200, "Sec-Fetch-Site", "same-origin")]
    [InlineData(200, "User-Agent", "curl/8")]
    public async Task What_a_page_of_others_can_have_sent_without_asking_changes_nothing(int status, string header, string value)
    {
        foreach (var mode in new[] { "Open", "Tokens" })
        {
            await using var host = await AdServerHost.StartAsync(
                new() { ["Access:Mode"] = mode, ["Access:BootstrapToken"] = ClosedHost.Root, ["Access:Origins:0"] = "https://portal.example.com" });

            Assert.Equal(status, await SendAsync(host, HttpMethod.Post, "/stats/rebuild?from=2026-11-20&to=2026-11-20", null));
            Assert.Equal(200, await SendAsync(host, HttpMethod.Get, "/stats", null));
            Assert.Equal(204, await SendAsync(host, HttpMethod.Get, "/ads/random?packageName=com.example.app", null));
            // The portal's origin is nobody's business: what is JSON a browser sends to another host only with that host's leave.
            Assert.Equal(200, await SendAsync(host, HttpMethod.Post, "/performers/check-email", new { email = "ann@example.com" }));
        }

        async Task<int> SendAsync(AdServerHost host, HttpMethod method, string path, object? body)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body);
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ClosedHost.Root}");
            request.Headers.TryAddWithoutValidation(header, value);
            return (int)(await host.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
        }
    }

    [Theory]
    [InlineData("localhost:5080", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:5080", 200)]
    [InlineData("10.0.2.2:5080", 200)]
    [InlineData("ads.localhost", 200)]
    [InlineData("evil.example:5080", 403)]
    [InlineData("localhost.evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    public async Task A_name_that_was_turned_to_point_here_does_not_open_what_is_open_here(string name, int status)
    {
        foreach (var isBeyond in new[] { false, true })
        {
            await using var host = await AdServerHost.StartAsync(new() { ["Access:AllowOpenBeyondLoopback"] = isBeyond ? "true" : "false" });
            using var request = new HttpRequestMessage(HttpMethod.Get, "/performers");
            request.Headers.Host = name;

            Assert.Equal(isBeyond ? 200 : status, (int)(await host.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        }
    }

    [Fact]
    public async Task Our_own_origin_does_not_help_where_the_browser_names_another_site()
    {
        await using var scene = await SignInScene.StartAsync();
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        var own = scene.Host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

        Assert.Equal(403, (await scene.SendAsync(cookie, "POST", "/tokens", new { }, ("Origin", own), ("Sec-Fetch-Site", "cross-site"))).Status);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("192.0.2.1", false)]
    public async Task A_cookie_is_for_https_alone_where_a_known_proxy_says_that_the_request_was(string proxy, bool isSecure)
    {
        await using var scene = await SignInScene.StartAsync(("Access:Proxies:0", proxy));
        await scene.AddDeveloperAsync(Ann);

        var answer = await scene.SendAsync(
            null, "POST", "/sessions", new { email = Ann, password = SignInScene.Password }, ("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https"));

        Assert.Equal(isSecure, answer.Has(201).Header("Set-Cookie")!.Contains("; secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_SDKs_calls_know_no_cookies()
    {
        await using var scene = await SignInScene.StartAsync(("Access:RequireAppKey", "true"));
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);

        Assert.Equal(401, (await scene.GetAsync(cookie, "/ads/random?packageName=com.example.a")).Status);
        Assert.Equal(401, (await scene.SendAsync(cookie, "POST", "/ad_event", new { })).Status);
    }

    [Fact]
    public async Task Where_access_is_open_everybody_is_everybody_and_sessions_work_too()
    {
        await using var scene = await SignInScene.StartAsync(("Access:Mode", "Open"));
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        foreach (var sent in new[] { null, cookie })
        {
            var current = (await scene.GetAsync(sent, "/sessions/current")).Has(200).Json;
            Assert.Equal(("open", "everybody"), (current.Text("mode"), current.Text("name")));
        }

        Assert.Equal((200, 404), ((await scene.SendAsync(cookie, "DELETE", "/sessions/current")).Status, (await scene.SendAsync(null, "DELETE", "/sessions/current")).Status));
    }
}
