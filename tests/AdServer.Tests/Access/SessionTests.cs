using System.Text.Json;
using AdServer.Access;
using AdServer.Access.SignIn;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Sessions: begun with a password, carried by a cookie, ended by signing out, by being idle, and with what they came from.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Ann = "ann@example.com";

    private SignInScene scene = null!;

    public async ValueTask InitializeAsync() => scene = await SignInScene.StartAsync();

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Fact]
    public async Task A_developer_signs_in_as_administrator_and_the_secret_is_in_the_cookie_alone()
    {
        var id = await scene.AddDeveloperAsync(Ann);
        var now = scene.Host.Clock.GetUtcNow();

        var answer = (await scene.TryAsync(" Ann@Example.com ")).Has(201);

        Assert.Matches("(?i)^adserver_session=ads_[A-Za-z0-9_-]{43}; path=/; samesite=strict; httponly$", answer.Header("Set-Cookie")!);
        var cookie = SignInScene.CookieOf(answer);
        Assert.DoesNotContain(cookie.Split('=')[1], answer.Text, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal(("tokens", "Dev", "administrator", id), Who(answer.Json));
        Assert.Equal(TokenScopes.Names(Permissions.All), answer.Json.GetProperty("permissions").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal((now.AddMinutes(30), now.AddHours(12)), Ends(answer.Json));
        Assert.Equal(answer.Text, (await scene.GetAsync(cookie, "/sessions/current")).Has(200).Text);
        Assert.Equal(200, (await scene.GetAsync($"a=b; {cookie}; c=d", "/tokens")).Status);
    }

    [Fact]
    public async Task A_performer_signs_in_and_sees_what_is_its_own()
    {
        var id = await scene.AddPerformerAsync(Ann);
        await scene.Closed.AddPerformerAsync("bob@example.com");
        var cookie = await scene.SignInAsync(Ann);

        var listed = (await scene.GetAsync(cookie, "/performers")).Has(200).Json.EnumerateArray().Single();
        var current = (await scene.GetAsync(cookie, "/sessions/current")).Has(200).Json;

        Assert.Equal(id, listed.Text("_id"));
        Assert.Equal(("advertiser", id), (current.Text("role"), current.Text("performerId")));
        Assert.Equal(403, (await scene.GetAsync(cookie, "/developers")).Status);
    }

    [Fact]
    public async Task An_address_that_nobody_has_one_without_a_password_and_a_wrong_password_are_one_answer()
    {
        await scene.AddDeveloperAsync(Ann);
        await scene.Closed.AddPerformerAsync("invited@example.com");
        foreach (var (email, password) in new[] { (Ann, "wrong wrong wrong"), ("invited@example.com", SignInScene.Password), ("nobody@example.com", "wrong wrong wrong"), ("nobody@example.com", "x") })
        {
            var answer = await scene.TryAsync(email, password);

            answer.IsError(401, "E-mail address or password is wrong");
            Assert.Equal((null, "Bearer"), (answer.Header("Set-Cookie"), answer.Header("WWW-Authenticate")));
        }
    }

    [Fact]
    public async Task A_performer_that_takes_the_address_of_a_developer_becomes_no_administrator_and_locks_nobody_out()
    {
        var developer = await scene.AddDeveloperAsync(Ann);
        var performer = await scene.AddPerformerAsync("eve@example.com", "the password of eve");
        (await scene.Closed.SendAsync(ClosedHost.Root, "PUT", $"/performers/{performer}", new { email = Ann })).Has(200);

        var (eve, ann) = ((await scene.TryAsync(Ann, "the password of eve")).Has(201).Json, (await scene.TryAsync(Ann)).Has(201).Json);

        Assert.Equal(("advertiser", performer), (eve.Text("role"), eve.Text("performerId")));
        Assert.Equal(("administrator", developer), (ann.Text("role"), ann.Text("developerId")));
        Assert.Equal(401, (await scene.TryAsync("eve@example.com", "the password of eve")).Status);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_ever_and_takes_the_cookie_back()
    {
        await scene.AddDeveloperAsync(Ann);
        var (cookie, other) = (await scene.SignInAsync(Ann), await scene.SignInAsync(Ann));

        var answer = await scene.SendAsync(cookie, "DELETE", "/sessions/current");

        answer.Is(200, """{"message":"Signed out"}""");
        Assert.StartsWith("adserver_session=; expires=Thu, 01 Jan 1970", answer.Header("Set-Cookie"), StringComparison.Ordinal);
        await scene.Host.RestartAsync();
        (await scene.GetAsync(cookie, "/tokens")).IsError(401, "The session has ended; sign in again");
        Assert.Equal(200, (await scene.GetAsync(other, "/tokens")).Status);
        Assert.Equal(404, (await scene.Closed.SendAsync(ClosedHost.Root, "DELETE", "/sessions/current")).Status);
    }

    [Fact]
    public async Task A_session_goes_on_while_it_is_used_and_for_half_a_day_at_most()
    {
        await scene.AddDeveloperAsync(Ann);
        var (used, idle) = (await scene.SignInAsync(Ann), await scene.SignInAsync(Ann));

        // Each hop is below half an hour: 24 of them are twelve hours less twelve minutes.
        for (var hop = 1; hop <= 24; hop++)
        {
            scene.Host.Clock.Advance(TimeSpan.FromMinutes(29.5));
            Assert.Equal(200, (await scene.GetAsync(used, "/sessions/current")).Status);
        }

        Assert.Equal(401, (await scene.GetAsync(idle, "/sessions/current")).Status);
        scene.Host.Clock.Advance(TimeSpan.FromMinutes(12));
        Assert.Equal(401, (await scene.GetAsync(used, "/sessions/current")).Status);
    }

    [Fact]
    public async Task A_session_that_is_not_used_for_half_an_hour_has_ended()
    {
        await scene.AddDeveloperAsync(Ann);
        var (early, late) = (await scene.SignInAsync(Ann), await scene.SignInAsync(Ann));

        scene.Host.Clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await scene.GetAsync(early, "/sessions/current")).Status);
        scene.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((200, 401), ((await scene.GetAsync(early, "/sessions/current")).Status, (await scene.GetAsync(late, "/sessions/current")).Status));
    }

    [Fact]
    public async Task A_restart_keeps_a_session_and_when_it_was_used()
    {
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        scene.Host.Clock.Advance(TimeSpan.FromMinutes(20));
        await scene.GetAsync(cookie, "/sessions/current");
        await scene.Host.RestartAsync();
        scene.Host.Clock.Advance(TimeSpan.FromMinutes(20));

        Assert.Equal(200, (await scene.GetAsync(cookie, "/sessions/current")).Status);
    }

    [Fact]
    public async Task The_eleventh_session_of_one_person_ends_the_first()
    {
        await scene.AddDeveloperAsync(Ann);
        var cookies = new List<string>();
        for (var number = 0; number <= Sessions.MostOfOne; number++)
        {
            cookies.Add(await scene.SignInAsync(Ann));
            scene.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var (number, cookie) in cookies.Index())
        {
            Assert.Equal(number == 0 ? 401 : 200, (await scene.GetAsync(cookie, "/sessions/current")).Status);
        }
    }

    [Fact]
    public async Task Sessions_are_no_tokens_not_listed_not_revoked_not_rotated_and_not_sent_as_one()
    {
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        var id = scene.Host.Get<TokenDirectory>().Sessions.Single().Id;

        Assert.Equal("bootstrap", (await scene.GetAsync(cookie, "/tokens")).Has(200).Json.EnumerateArray().Single().Text("_id"));
        (await scene.SendAsync(cookie, "DELETE", $"/tokens/{id}")).IsError(404, "Token not found");
        (await scene.SendAsync(cookie, "POST", $"/tokens/{id}/rotate")).IsError(404, "Token not found");
        Assert.Equal(401, (await scene.Closed.GetAsync(cookie.Split('=')[1], "/tokens")).Status);
        Assert.Equal(401, (await scene.GetAsync($"{SessionCookie.Name}={ClosedHost.Root}", "/tokens")).Status);
        (await scene.SendAsync(cookie, "DELETE", "/tokens/bootstrap")).IsError(409, "This is the last token that can make others; make another one first");
    }

    [Fact]
    public async Task A_token_is_looked_at_before_a_cookie_and_says_who_it_is()
    {
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        var analyst = await scene.Closed.MakeTokenAsync("analyst");

        var current = (await scene.SendAsync(cookie, "GET", "/sessions/current", null, ("Authorization", $"Bearer {analyst}"))).Has(200).Json;
        var basic = await scene.SendAsync(cookie, "GET", "/tokens", null, ("Authorization", "Basic Ym9iOnNlY3JldA=="));

        Assert.Equal(("analyst", JsonValueKind.Null), (current.Text("role"), current.GetProperty("expiresAt").ValueKind));
        Assert.Equal(401, (await scene.SendAsync(cookie, "GET", "/tokens", null, ("Authorization", "Bearer none"))).Status);
        Assert.Equal(200, basic.Status);
    }

    [Fact]
    public async Task Whoever_is_removed_is_signed_out()
    {
        var (developer, performer) = (await scene.AddDeveloperAsync(Ann), await scene.AddPerformerAsync("bob@example.com"));
        var (ann, bob) = (await scene.SignInAsync(Ann), await scene.SignInAsync("bob@example.com"));

        (await scene.Closed.SendAsync(ClosedHost.Root, "DELETE", $"/developers/{developer}")).Has(200);
        (await scene.Closed.SendAsync(ClosedHost.Root, "DELETE", $"/performers/{performer}")).Has(200);

        foreach (var (cookie, email) in new[] { (ann, Ann), (bob, "bob@example.com") })
        {
            Assert.Equal((401, 401), ((await scene.GetAsync(cookie, "/sessions/current")).Status, (await scene.TryAsync(email)).Status));
        }
    }

    [Fact]
    public async Task A_performer_that_could_not_be_removed_stays_signed_in()
    {
        var performer = await scene.AddPerformerAsync(Ann);
        await scene.Closed.AddAdAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);

        Assert.Equal(409, (await scene.Closed.SendAsync(ClosedHost.Root, "DELETE", $"/performers/{performer}")).Status);

        Assert.Equal(200, (await scene.GetAsync(cookie, "/sessions/current")).Status);
        Assert.Equal(201, (await scene.TryAsync(Ann)).Status);
    }

    [Fact]
    public async Task What_a_process_left_behind_that_died_is_put_right_later()
    {
        var developer = await scene.AddDeveloperAsync(Ann);
        await scene.AddDeveloperAsync("bob@example.com");
        var (ann, bob) = (await scene.SignInAsync(Ann), await scene.SignInAsync("bob@example.com"));
        // As far as a process comes that dies after this write.
        await scene.Host.Get<IAccessStore>().RemoveDeveloperAsync(developer, TestContext.Current.CancellationToken);

        await scene.Host.Get<SessionService>().SweepAsync(TestContext.Current.CancellationToken);

        Assert.Equal((401, 200), ((await scene.GetAsync(ann, "/sessions/current")).Status, (await scene.GetAsync(bob, "/sessions/current")).Status));
    }

    [Fact]
    public async Task A_session_that_began_with_another_password_is_ended_later()
    {
        var id = await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        var (store, subject) = (scene.Host.Get<ICredentialStore>(), new Subject(SubjectKind.Developer, id));
        var held = (await store.FindCredentialAsync(subject, TestContext.Current.CancellationToken))!;
        Assert.True(await store.ReplaceCredentialAsync(held with { Version = held.Version + 1, Stamp = "other" }, TestContext.Current.CancellationToken));

        await scene.Host.Get<SessionService>().SweepAsync(TestContext.Current.CancellationToken);

        Assert.Equal(401, (await scene.GetAsync(cookie, "/sessions/current")).Status);
    }

    [Fact]
    public async Task Ended_sessions_are_forgotten_a_day_after_their_end()
    {
        await scene.AddDeveloperAsync(Ann);
        await scene.SignInAsync(Ann);
        var id = scene.Host.Get<TokenDirectory>().Sessions.Single().Id;
        foreach (var (hours, isKept) in new[] { (35, true), (2, false) })
        {
            scene.Host.Clock.Advance(TimeSpan.FromHours(hours));
            await scene.Host.Get<SessionService>().SweepAsync(TestContext.Current.CancellationToken);

            Assert.Equal(isKept, await scene.Host.Get<ITokenStore>().FindTokenAsync(id, TestContext.Current.CancellationToken) is not null);
        }
    }

    [Theory]
    [InlineData("""{"email":"ann@example.com"}""", "Missing email or password")]
    [InlineData("""{"password":"x"}""", "Missing email or password")]
    [InlineData("""{"email":" ","password":"x"}""", "Missing email or password")]
    [InlineData("""{"email":"ann@example.com","password":7}""", "Missing email or password")]
    [InlineData("""{"email":"ann","password":"x"}""", "Invalid email format")]
    public async Task What_is_no_attempt_is_refused(string body, string error) =>
        (await scene.SendAsync(null, "POST", "/sessions", JsonDocument.Parse(body).RootElement)).IsError(400, error);

    [Fact]
    public async Task A_password_longer_than_any_is_not_hashed() => (await scene.TryAsync(Ann, new string('x', 129))).IsError(400, "The password must have 12 to 128 characters");

    [Fact]
    public async Task Whoever_shares_an_administrators_address_does_not_guess_on_by_signing_in_as_himself()
    {
        await scene.AddDeveloperAsync(Ann, "the password of the developer");
        await scene.AddPerformerAsync(Ann, "the password of the performer");
        for (var number = 0; number < 4; number++)
        {
            Assert.Equal(401, (await scene.TryAsync(Ann, $"a guess, number {number}")).Status);
        }

        Assert.Equal("advertiser", (await scene.TryAsync(Ann, "the password of the performer")).Has(201).Json.Text("role"));
        Assert.Equal((401, 429), ((await scene.TryAsync(Ann, "the fifth of the guesses")).Status, (await scene.TryAsync(Ann, "and the sixth of them")).Status));
    }

    [Fact]
    public async Task A_request_with_a_key_comes_again_in_the_next_session_and_creates_nothing_more()
    {
        await scene.AddDeveloperAsync(Ann);
        var ids = new List<string>();
        for (var session = 0; session < 2; session++)
        {
            var answer = await scene.SendAsync(
                await scene.SignInAsync(Ann), "POST", "/performers", new { name = "Bob", email = "bob@example.com" }, ("Idempotency-Key", "one"));
            ids.Add(answer.Has(201).Json.Text("performerId"));
        }

        Assert.Equal(ids[0], ids[1]);
    }

    [Fact]
    public async Task Nothing_secret_or_personal_is_logged_or_kept()
    {
        await scene.AddDeveloperAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);
        await scene.TryAsync(Ann, "wrong wrong wrong");
        await scene.Host.StopAsync();

        Assert.DoesNotContain(scene.Host.Log.Entries, entry => entry.Message.Contains(Ann, StringComparison.OrdinalIgnoreCase) || entry.Message.Contains("ads_", StringComparison.Ordinal) || entry.Message.Contains("adl_", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(scene.Host.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var secret in new[] { cookie.Split('=')[1], SignInScene.Password })
            {
                Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(secret)) < 0, $"{file} holds a secret");
            }
        }
    }

    [Fact]
    public async Task The_role_of_a_session_is_that_of_its_token_on_every_route()
    {
        await scene.AddDeveloperAsync(Ann);
        await scene.AddPerformerAsync("bob@example.com");
        foreach (var (role, email) in new[] { (Role.Administrator, Ann), (Role.Advertiser, "bob@example.com") })
        {
            var cookie = await scene.SignInAsync(email);
            foreach (var rule in RouteTable.All.Where(rule => rule.Door == RouteDoor.Token && rule.Pattern != "/sessions/current"))
            {
                var path = rule.Pattern.Replace("{id}", "none", StringComparison.Ordinal).Replace("{deviceId}", "none", StringComparison.Ordinal)
                    .Replace("{documentName}/swagger.{extension}", "v1/swagger.json", StringComparison.Ordinal)
                    .Replace("{**path}", "index.html", StringComparison.Ordinal);
                var status = (await scene.SendAsync(cookie, rule.Method, path, rule.Method is "GET" or "DELETE" ? null : new { })).Status;

                Assert.True(status is not (401 or 403) == rule.Admits(role.May), $"{role.Name} got {status} from {rule.Method} {rule.Pattern}");
            }
        }
    }

    private static (string Mode, string Name, string Role, string DeveloperId) Who(JsonElement json) =>
        (json.Text("mode"), json.Text("name"), json.Text("role"), json.Text("developerId"));

    private static (DateTimeOffset ExpiresAt, DateTimeOffset EndsAt) Ends(JsonElement json) =>
        (json.GetProperty("expiresAt").GetDateTimeOffset(), json.GetProperty("endsAt").GetDateTimeOffset());
}
