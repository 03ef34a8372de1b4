using System.Text.Json;
using AdServer.Access;
using AdServer.Common;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Who changed what, over HTTP: every route that changes something leaves its entry, with what it was before and after.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    /// <summary>Every route that changes something on demand, and what it is called; a new one fails the test until it stands here.</summary>
    private static readonly Dictionary<string, AuditAction?> Actions = new()
    {
        ["POST /ads"] = AuditAction.CreateAd,
        ["PUT /ads/{id}"] = AuditAction.UpdateAd,
        ["DELETE /ads/{id}"] = AuditAction.DeleteAd,
        ["POST /performers"] = AuditAction.CreatePerformer,
        ["PUT /performers/{id}"] = AuditAction.UpdatePerformer,
        ["DELETE /performers/{id}"] = AuditAction.DeletePerformer,
        ["POST /performers/check-email"] = null,
        ["POST /developers"] = AuditAction.CreateDeveloper,
        ["POST /developers/login"] = null,
        ["DELETE /developers/{id}"] = AuditAction.DeleteDeveloper,
        ["POST /developers/{id}/invitation"] = AuditAction.InviteDeveloper,
        ["POST /performers/{id}/invitation"] = AuditAction.InvitePerformer,
        ["DELETE /sessions/current"] = null,
        ["POST /tokens"] = AuditAction.CreateToken,
        ["POST /tokens/{id}/rotate"] = AuditAction.RotateToken,
        ["DELETE /tokens/{id}"] = AuditAction.RevokeToken,
        ["POST /stats/rebuild"] = AuditAction.RebuildStats,
        ["POST /stats/rerate"] = AuditAction.RerateStats,
        ["DELETE /devices/{deviceId}"] = AuditAction.EraseDevice,
    };

    private const string Password = "correct horse battery staple";

    private ClosedHost closed = null!;

    public async ValueTask InitializeAsync() => closed = await ClosedHost.StartAsync();

    public ValueTask DisposeAsync() => closed.DisposeAsync();

    [Fact]
    public void Every_route_that_changes_something_has_its_action() => Assert.Equal(
        RouteTable.All.Where(rule => rule is { Method: not "GET", Door: RouteDoor.Token }).Select(rule => $"{rule.Method} {rule.Pattern}").Order(),
        Actions.Keys.Order());

    [Fact]
    public async Task Every_change_leaves_an_entry_and_no_entry_holds_a_secret_or_a_device()
    {
        var performer = await closed.AddPerformerAsync("ann@example.com");
        var ad = await closed.AddAdAsync("ann@example.com");
        var made = await closed.MakeAsync("analyst");
        var developer = (await SendAsync("POST", "/developers", new { name = "Dan", email = "dan@example.com" })).Has(201).Json.Text("developerId");
        var token = made.GetProperty("details").Text("_id");
        var next = (await SendAsync("POST", $"/tokens/{token}/rotate")).Has(201).Json;
        var links = new[] { await InviteAsync($"/developers/{developer}"), await InviteAsync($"/performers/{performer}") };
        (await SendAsync("PUT", $"/performers/{performer}", new { name = "Anna" })).Has(200);
        (await SendAsync("PUT", $"/ads/{ad}", new { name = "New" })).Has(200);
        (await SendAsync("DELETE", $"/ads/{ad}")).Has(200);
        (await SendAsync("DELETE", $"/performers/{performer}")).Has(200);
        (await SendAsync("DELETE", $"/developers/{developer}")).Has(200);
        (await SendAsync("DELETE", $"/tokens/{token}")).Has(200);
        (await SendAsync("POST", "/stats/rebuild?from=2026-11-20&to=2026-11-21", new { })).Has(200);
        (await SendAsync("POST", "/stats/rerate?day=2026-11-21", new { })).Has(200);
        (await SendAsync("DELETE", "/devices/a-device-of-somebody")).Has(200);

        var answer = (await closed.GetAsync(ClosedHost.Root, "/audit")).Has(200);
        var entries = answer.Json.GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(AuditAction.All.Select(action => action.Name).Order(), entries.Select(entry => entry.Text("action")).Distinct().Order());
        Assert.All(entries, entry => Assert.Equal("done", entry.Text("outcome")));
        foreach (var (kind, id, verbs) in new[]
        {
            ("performer", performer, "create invite password update delete"), ("ad", ad, "create update delete"), ("developer", developer, "create invite password delete"),
            ("token", token, "create rotate revoke"), ("token", next.GetProperty("details").Text("_id"), "create"), ("token", "bootstrap", "bootstrap"),
            ("stats", "2026-11-20..2026-11-21", "rebuild"), ("stats", "2026-11-21", "rerate"),
        })
        {
            Assert.Equal(
                verbs.Split(' ').Select(verb => $"{kind}.{verb}").Order(),
                (await ListAsync($"object={kind}:{id}")).Select(entry => entry.Text("action")).Order());
        }

        foreach (var secret in links.Append(ClosedHost.Root).Append(made.Text("token")).Append(next.Text("token")).Append(Password))
        {
            Assert.DoesNotContain(secret, answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(TokenSecret.Hash(secret), answer.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("a-device-of-somebody", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenSecret.Hash("a-device-of-somebody")[..8], answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_sets_a_password_by_a_link_and_whoever_has_signed_in_is_named()
    {
        var developer = (await SendAsync("POST", "/developers", new { name = "Dan", email = "dan@example.com" })).Has(201).Json.Text("developerId");
        await InviteAsync($"/developers/{developer}");

        var set = (await ListAsync("objectKind=developer&limit=1"))[0];

        Assert.Equal("developer.password", set.Text("action"));
        Assert.Equal(
            (developer, "Dan", "administrator"), (set.GetProperty("actor").Text("id"), set.GetProperty("actor").Text("name"), set.GetProperty("actor").Text("role")));
    }

    [Fact]
    public async Task An_entry_says_who_when_from_where_and_of_a_thing_that_stays_only_what_differs()
    {
        var performer = await closed.AddPerformerAsync("ann@example.com");
        var ad = await closed.AddAdAsync("ann@example.com");
        var own = await closed.MakeAsync("advertiser", new { performerId = performer });
        closed.Host.Clock.Advance(TimeSpan.FromMinutes(1));

        var changed = await closed.SendAsync(own.Text("token"), "PUT", $"/ads/{ad}", new { status = "paused" });
        var entry = (await ListAsync($"object=ad:{ad}&limit=1"))[0];

        Assert.Equal(200, changed.Status);
        Assert.Equal(
            (own.GetProperty("details").Text("_id"), "a token of advertiser", "advertiser"),
            (entry.GetProperty("actor").Text("id"), entry.GetProperty("actor").Text("name"), entry.GetProperty("actor").Text("role")));
        Assert.Equal(("127.0.0.1", "ad.update", performer), (entry.Text("address"), entry.Text("action"), entry.Text("performerId")));
        Assert.Equal((closed.Host.Clock.GetUtcNow(), closed.Host.Clock.GetUtcNow()), (entry.GetProperty("at").GetDateTimeOffset(), entry.GetProperty("endedAt").GetDateTimeOffset()));
        Assert.Equal("""{"kind":"ad","id":"ID"}""".Replace("ID", ad, StringComparison.Ordinal), entry.GetProperty("object").GetRawText());
        Assert.Equal(["status", "updatedAt", "version"], entry.GetProperty("before").Members());
        Assert.Equal(["status", "updatedAt", "version"], entry.GetProperty("after").Members());
        Assert.Equal(("active", "paused", 1, 2), (
            entry.GetProperty("before").Text("status"), entry.GetProperty("after").Text("status"),
            entry.GetProperty("before").Number("version"), entry.GetProperty("after").Number("version")));
        Assert.NotEmpty(entry.Text("traceId"));
    }

    [Fact]
    public async Task What_was_not_there_before_is_null_and_so_is_what_is_not_there_after()
    {
        var performer = await closed.AddPerformerAsync("ann@example.com");
        (await SendAsync("DELETE", $"/performers/{performer}")).Has(200);

        var entries = (await ListAsync($"objectKind=performer&objectId={performer}")).ToDictionary(entry => entry.Text("action"));
        var (created, deleted) = (entries["performer.create"], entries["performer.delete"]);

        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (created.GetProperty("before").ValueKind, deleted.GetProperty("after").ValueKind));
        Assert.Equal(("Ann", "ann@example.com"), (created.GetProperty("after").Text("name"), deleted.GetProperty("before").Text("email")));
    }

    [Fact]
    public async Task What_is_refused_before_anything_would_change_leaves_none_and_what_a_rule_refuses_says_so()
    {
        var performer = await closed.AddPerformerAsync("ann@example.com");
        await closed.AddAdAsync("ann@example.com");
        var before = (await ListAsync()).Count;

        Assert.Equal(200, (await SendAsync("POST", "/performers", new { name = "Ann", email = "Ann@example.com" })).Status);
        Assert.Equal(404, (await SendAsync("DELETE", "/ads/none")).Status);
        Assert.Equal(400, (await SendAsync("POST", "/tokens", new { })).Status);
        Assert.Equal(before, (await ListAsync()).Count);
        Assert.Equal(409, (await SendAsync("DELETE", $"/performers/{performer}")).Status);

        Assert.Equal("refused", (await ListAsync($"object=performer:{performer}")).Single(entry => entry.Text("action") == "performer.delete").Text("outcome"));
    }

    [Fact]
    public async Task Of_changes_at_once_each_says_what_it_replaced()
    {
        await closed.AddPerformerAsync("ann@example.com");
        var ad = await closed.AddAdAsync("ann@example.com");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async number => (await SendAsync("PUT", $"/ads/{ad}", new { name = $"Ad {number}" })).Has(200)));

        var chain = (await ListAsync($"object=ad:{ad}"))
            .Where(entry => entry.Text("action") == "ad.update" && entry.Text("outcome") == "done")
            .OrderBy(entry => entry.GetProperty("after").Number("version")).ToList();
        Assert.Equal(16, chain.Count);
        Assert.All(chain.Zip(chain.Skip(1)), pair => Assert.Equal(pair.First.GetProperty("after").Text("name"), pair.Second.GetProperty("before").Text("name")));
        Assert.Equal((await closed.GetAsync(ClosedHost.Root, $"/ads/{ad}")).Json.Text("name"), chain[^1].GetProperty("after").Text("name"));
    }

    [Fact]
    public async Task What_people_write_is_data_and_in_no_log()
    {
        const string Name = "\u202eevil\u2066 <script> {Name} 😀";
        var performer = (await SendAsync("POST", "/performers", new { name = Name, email = "ann@example.com" })).Has(201).Json.Text("performerId");

        Assert.Equal(Name, (await ListAsync($"object=performer:{performer}"))[0].GetProperty("after").Text("name"));
        var lines = closed.Host.Log.Entries.Where(entry => entry.Category == typeof(AuditLog).FullName).ToList();
        Assert.Contains(lines, line => line.Level == LogLevel.Information && line.Message == $"Audit: performer.create {performer} by bootstrap: Done");
        Assert.DoesNotContain(lines, line => line.Message.Contains("evil", StringComparison.Ordinal) || line.Message.Contains('@', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_who_may_see_it_sees_it()
    {
        var reader = await closed.MakeTokenAsync("administrator", new { scopes = (string[])["readAudit"] });

        Assert.Equal((200, 403), ((await closed.GetAsync(reader, "/audit")).Status, (await closed.GetAsync(reader, "/tokens")).Status));
        Assert.All(Role.All.Where(role => role != Role.Administrator), role => Assert.False(role.May.HasFlag(Permissions.ReadAudit)));
    }

    [Fact]
    public async Task A_list_goes_on_after_its_cursor_and_is_cut_by_actor_and_time()
    {
        var start = closed.Host.Clock.GetUtcNow();
        var other = await closed.MakeAsync("administrator");
        foreach (var number in Enumerable.Range(0, 7))
        {
            closed.Host.Clock.Advance(TimeSpan.FromMinutes(1));
            (await closed.SendAsync(other.Text("token"), "POST", "/developers", new { name = "D", email = $"d{number}@example.com" })).Has(201);
        }

        var path = $"/audit?actor={other.GetProperty("details").Text("_id")}&limit=3";
        var (found, cursor) = (new List<JsonElement>(), string.Empty);
        while (cursor is not null)
        {
            var page = (await closed.GetAsync(ClosedHost.Root, $"{path}&cursor={cursor}")).Has(200).Json;
            found.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }

        Assert.Equal(Enumerable.Range(0, 7).Reverse().Select(number => $"d{number}@example.com"), found.Select(entry => entry.GetProperty("after").Text("email")));
        var some = await ListAsync($"objectKind=developer&from={Write(start.AddMinutes(3))}&to={Write(start.AddMinutes(5))}");
        Assert.Equal(["d3@example.com", "d2@example.com"], some.Select(entry => entry.GetProperty("after").Text("email")));
        Assert.Equal(7, (await ListAsync("object=developer&from=2026-11-21&to=2026-11-21")).Count);
        Assert.Empty(await ListAsync("object=developer&to=2026-11-20"));
    }

    [Theory]
    [InlineData("object=king:1", "Invalid object: its kind must be one of performer, ad, developer, token, stats, device")]
    [InlineData("objectKind=king", "Invalid object: its kind must be one of performer, ad, developer, token, stats, device")]
    [InlineData("object=:1", "Invalid object: its kind must be one of performer, ad, developer, token, stats, device")]
    [InlineData("object=ad:1&objectKind=ad", "Invalid object: give object, or objectKind and objectId, not both")]
    [InlineData("objectId=1", "Invalid objectId: give objectKind, too")]
    [InlineData("from=soon", "Invalid from: a day such as 2026-11-21, or a time such as 2026-11-21T10:00:00Z")]
    [InlineData("to=2026-13-01", "Invalid to: a day such as 2026-11-21, or a time such as 2026-11-21T10:00:00Z")]
    [InlineData("limit=0", "Invalid limit: 1 to 1000")]
    [InlineData("cursor=none", "Invalid cursor")]
    [InlineData("cursor=%2B", "Invalid cursor")]
    public async Task A_question_that_is_wrong_says_what_is(string query, string error) =>
        (await closed.GetAsync(ClosedHost.Root, $"/audit?{query}")).IsError(400, error);

    [Fact]
    public async Task The_last_day_that_there_is_may_be_asked_for() =>
        Assert.Equal(200, (await closed.GetAsync(ClosedHost.Root, "/audit?from=0001-01-01&to=9999-12-31")).Status);

    [Theory]
    [InlineData("127.0.0.1", "203.0.113.9")]
    [InlineData("10.0.0.1", "127.0.0.1")]
    public async Task The_address_is_the_callers_and_a_proxys_word_is_taken_only_where_it_is_known(string proxy, string expected)
    {
        await using var behind = await ClosedHost.StartAsync(("Access:Proxies:0", proxy));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/developers") { Content = new StringContent("""{"name":"D","email":"d@example.com"}""", null, "application/json") };
        request.Headers.Authorization = new("Bearer", ClosedHost.Root);
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        (await Answer.ReadAsync(await behind.Host.Client.SendAsync(request, TestContext.Current.CancellationToken))).Has(201);

        var entry = (await behind.GetAsync(ClosedHost.Root, "/audit?object=developer")).Json.GetProperty("items")[0];

        Assert.Equal(expected, entry.Text("address"));
    }

    [Fact]
    public async Task The_token_of_a_setting_is_a_change_of_the_server_itself_and_made_once()
    {
        await closed.Host.RestartAsync();

        var entry = Assert.Single(await ListAsync("object=token:bootstrap"));

        Assert.Equal(("server", "token.bootstrap", "administrator"), (entry.GetProperty("actor").Text("id"), entry.Text("action"), entry.GetProperty("after").Text("role")));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (entry.GetProperty("address").ValueKind, entry.GetProperty("before").ValueKind));
    }

    [Fact]
    public async Task Where_access_is_open_everybody_did_it()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();

        var actor = (await host.GetAsync("/audit")).Json.GetProperty("items")[0].GetProperty("actor");

        Assert.Equal(("everybody", JsonValueKind.Null), (actor.Text("id"), actor.GetProperty("role").ValueKind));
    }

    private static string Write(DateTimeOffset time) => ApiJson.Format(time);

    private Task<Answer> SendAsync(string method, string path, object? body = null) => closed.SendAsync(ClosedHost.Root, method, path, body);

    /// <summary>Invites somebody, who sets a password; the link.</summary>
    private async Task<string> InviteAsync(string path)
    {
        closed.Host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var link = (await SendAsync("POST", $"{path}/invitation")).Has(201).Json.Text("link");
        closed.Host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await closed.SendAsync(null, "POST", "/sign-in/password", new { link, password = Password })).Has(200);
        return link;
    }

    private async Task<List<JsonElement>> ListAsync(string query = "") =>
        [.. (await closed.GetAsync(ClosedHost.Root, $"/audit?{query}")).Has(200).Json.GetProperty("items").EnumerateArray()];
}
