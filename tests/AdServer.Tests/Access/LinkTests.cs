using AdServer.Access.SignIn;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>One-time links: made by administrators or asked for by whoever has forgotten a password, used once, and what strangers cannot do with them.</summary>
public sealed class LinkTests : IAsyncLifetime
{
    private const string Ann = "ann@example.com";

    private SignInScene scene = null!;

    public async ValueTask InitializeAsync() => scene = await SignInScene.StartAsync(("Access:PublicUrl", "https://ads.example.com/x/"));

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Fact]
    public async Task An_invitation_is_shown_once_and_sets_a_password_once()
    {
        var id = (await scene.Closed.SendAsync(ClosedHost.Root, "POST", "/developers", new { name = "Ann", email = Ann })).Has(201).Json.Text("developerId");
        var made = (await scene.Closed.SendAsync(ClosedHost.Root, "POST", $"/developers/{id}/invitation")).Has(201).Json;

        Assert.Matches("^adl_[A-Za-z0-9_-]{43}$", made.Text("link"));
        Assert.Equal($"https://ads.example.com/x/sign-in#link={made.Text("link")}", made.Text("url"));
        Assert.Equal(scene.Host.Clock.GetUtcNow().AddDays(7), made.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.Equal(401, (await scene.TryAsync(Ann)).Status);
        (await scene.SetPasswordAsync(made.Text("link"))).Is(200, """{"message":"The password is set; sign in with it"}""");
        (await scene.SetPasswordAsync(made.Text("link"), "another password")).IsError(404, "The link is unknown, was used, or has expired");
        Assert.Equal((201, 401), ((await scene.TryAsync(Ann)).Status, (await scene.TryAsync(Ann, "another password")).Status));
    }

    [Fact]
    public async Task Where_nobody_said_where_the_server_is_an_invitation_leads_to_where_it_was_asked_for()
    {
        await using var other = await SignInScene.StartAsync();
        var id = await other.Closed.AddPerformerAsync("new@example.com");

        var made = (await other.Closed.SendAsync(ClosedHost.Root, "POST", $"/performers/{id}/invitation")).Has(201).Json;

        Assert.Equal($"{other.Host.Client.BaseAddress}sign-in#link={made.Text("link")}", made.Text("url"));
    }

    [Fact]
    public async Task A_link_that_went_to_another_address_ends_with_it()
    {
        var id = await scene.Closed.AddPerformerAsync("old@example.com");
        var link = await scene.InviteAsync($"/performers/{id}");
        (await scene.Closed.SendAsync(ClosedHost.Root, "PUT", $"/performers/{id}", new { email = "new@example.com" })).Has(200);

        (await scene.SetPasswordAsync(link)).IsError(404, "The link is unknown, was used, or has expired");
        (await scene.SetPasswordAsync(await scene.InviteAsync($"/performers/{id}"))).Has(200);
    }

    [Fact]
    public async Task Whom_nobody_knows_nobody_can_invite()
    {
        (await scene.Closed.SendAsync(ClosedHost.Root, "POST", "/developers/none/invitation")).IsError(404, "Developer not found");
        (await scene.Closed.SendAsync(ClosedHost.Root, "POST", "/performers/none/invitation")).IsError(404, "Performer not found");
    }

    [Fact]
    public async Task Of_many_who_use_a_link_at_once_one_does()
    {
        var id = await scene.Closed.AddPerformerAsync(Ann);
        var link = await scene.InviteAsync($"/performers/{id}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => scene.SetPasswordAsync(link, $"the password number {number}")));

        var winner = Assert.Single(answers.Index(), answer => answer.Item.Status == 200).Index;
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal(404, answer.Status));
        Assert.Equal(201, (await scene.TryAsync(Ann, $"the password number {winner}")).Status);
    }

    [Fact]
    public async Task An_invitation_ends_after_a_week_and_with_the_next_one()
    {
        var id = await scene.Closed.AddPerformerAsync(Ann);
        var first = await scene.InviteAsync($"/performers/{id}");
        var second = await scene.InviteAsync($"/performers/{id}");
        Assert.Equal(404, (await scene.SetPasswordAsync(first)).Status);

        scene.Host.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal(404, (await scene.SetPasswordAsync(second)).Status);
    }

    [Fact]
    public async Task Whoever_forgot_a_password_gets_a_link_and_the_old_password_and_sessions_end()
    {
        await scene.AddPerformerAsync(Ann);
        var cookie = await scene.SignInAsync(Ann);

        (await scene.AskForResetAsync(" ANN@example.com ")).Is(202, """{"message":"If somebody with this address has a password here, a link to a new one is on its way"}""");
        var link = await scene.ReadLinkAsync();
        Assert.Equal(200, (await scene.GetAsync(cookie, "/sessions/current")).Status);
        (await scene.SetPasswordAsync(link, "another password")).Has(200);

        Assert.Equal(401, (await scene.GetAsync(cookie, "/sessions/current")).Status);
        Assert.Equal((401, 201), ((await scene.TryAsync(Ann)).Status, (await scene.TryAsync(Ann, "another password")).Status));
    }

    [Fact]
    public async Task Who_asks_for_a_reset_learns_nothing_and_only_who_has_a_password_gets_a_link()
    {
        await scene.AddPerformerAsync(Ann);
        await scene.Closed.AddPerformerAsync("invited@example.com");

        var answers = new List<Answer>();
        foreach (var email in new[] { "nobody@example.com", "invited@example.com", Ann })
        {
            answers.Add(await scene.AskForResetAsync(email));
        }

        // They are worked off in their order: the first link on the console is of the last request.
        var link = await scene.ReadLinkAsync();
        (await scene.SetPasswordAsync(link, "another password")).Has(200);
        Assert.Equal(201, (await scene.TryAsync(Ann, "another password")).Status);
        Assert.All(answers, answer => Assert.Equal((202, answers[0].Text), (answer.Status, answer.Text)));
        (await scene.AskForResetAsync("ann")).IsError(400, "Invalid email format");
    }

    [Fact]
    public async Task A_developer_and_a_performer_of_one_address_get_a_link_each()
    {
        await scene.AddDeveloperAsync(Ann);
        await scene.AddPerformerAsync(Ann, "the other password");
        await scene.AskForResetAsync(Ann);

        (await scene.SetPasswordAsync(await scene.ReadLinkAsync(), "first first first")).Has(200);
        (await scene.SetPasswordAsync(await scene.ReadLinkAsync(), "second second second")).Has(200);

        Assert.Equal("administrator", (await scene.TryAsync(Ann, "first first first")).Has(201).Json.Text("role"));
        Assert.Equal("advertiser", (await scene.TryAsync(Ann, "second second second")).Has(201).Json.Text("role"));
    }

    [Fact]
    public async Task A_stranger_who_asks_again_and_again_makes_three_links_an_hour_and_ends_none()
    {
        await scene.AddPerformerAsync(Ann);
        await scene.AddPerformerAsync("bob@example.com");
        for (var number = 0; number < 10; number++)
        {
            await scene.AskForResetAsync(Ann);
        }

        await scene.AskForResetAsync("bob@example.com");
        var links = new List<string>();
        for (var number = 0; number < Credential.MostResets; number++)
        {
            links.Add(await scene.ReadLinkAsync());
        }

        (await scene.SetPasswordAsync(await scene.ReadLinkAsync(), "the password of bob")).Has(200);
        Assert.Equal(201, (await scene.TryAsync("bob@example.com", "the password of bob")).Status);
        (await scene.SetPasswordAsync(links[0], "another password")).Has(200);
        Assert.Equal(404, (await scene.SetPasswordAsync(links[1], "one more password")).Status);
    }

    [Fact]
    public async Task A_link_to_a_new_password_ends_after_an_hour()
    {
        await scene.AddPerformerAsync(Ann);
        await scene.AskForResetAsync(Ann);
        var link = await scene.ReadLinkAsync();

        scene.Host.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(404, (await scene.SetPasswordAsync(link)).Status);
    }

    [Fact]
    public async Task A_link_of_somebody_who_was_removed_opens_nothing()
    {
        var id = await scene.Closed.AddPerformerAsync(Ann);
        var link = await scene.InviteAsync($"/performers/{id}");
        (await scene.Closed.SendAsync(ClosedHost.Root, "DELETE", $"/performers/{id}")).Has(200);

        Assert.Equal(404, (await scene.SetPasswordAsync(link)).Status);
    }

    [Theory]
    [InlineData("short", "The password must have 12 to 128 characters")]
    [InlineData("ann@example.com", "The password must not be the e-mail address")]
    [InlineData(" ANN@Example.com", "The password must not be the e-mail address")]
    public async Task A_password_that_is_none_is_refused_and_the_link_stays(string password, string error)
    {
        var id = await scene.Closed.AddPerformerAsync(Ann);
        var link = await scene.InviteAsync($"/performers/{id}");

        (await scene.SetPasswordAsync(link, password)).IsError(400, error);
        Assert.Equal(404, (await scene.SetPasswordAsync(LinkSecret.New())).Status);

        Assert.Equal(200, (await scene.SetPasswordAsync(link)).Status);
    }

    [Fact]
    public async Task After_five_wrong_passwords_an_address_waits_known_or_not_and_a_link_or_a_token_still_works()
    {
        await scene.AddPerformerAsync(Ann);
        foreach (var email in new[] { Ann, "nobody@example.com" })
        {
            for (var number = 0; number < LockOut.FreeTries; number++)
            {
                Assert.Equal(401, (await scene.TryAsync(email, "wrong wrong wrong")).Status);
            }

            var answer = await scene.TryAsync(email);
            answer.IsError(429, "Too many wrong passwords; try again in 1 s");
            Assert.Equal("1", answer.Header("Retry-After"));
        }

        Assert.Equal(200, (await scene.Closed.GetAsync(ClosedHost.Root, "/tokens")).Status);
        await scene.AskForResetAsync(Ann);
        (await scene.SetPasswordAsync(await scene.ReadLinkAsync(), "another password")).Has(200);
        Assert.Equal(201, (await scene.TryAsync(Ann, "another password")).Status);
    }

    [Fact]
    public async Task Guesses_at_once_are_as_many_as_one_after_the_other()
    {
        await scene.AddPerformerAsync(Ann);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => scene.TryAsync(Ann, "wrong wrong wrong")));

        Assert.Equal((LockOut.FreeTries, 40 - LockOut.FreeTries), (answers.Count(answer => answer.Status == 401), answers.Count(answer => answer.Status == 429)));
    }

    [Fact]
    public async Task A_password_is_kept_with_the_cost_of_today()
    {
        var id = await scene.AddPerformerAsync(Ann);
        var (store, subject) = (scene.Host.Get<ICredentialStore>(), new Subject(SubjectKind.Performer, id));
        var held = (await store.FindCredentialAsync(subject, TestContext.Current.CancellationToken))!;
        using var cheap = new Passwords(TimeProvider.System, iterations: 1);
        await store.ReplaceCredentialAsync(held with { Version = held.Version + 1, Password = cheap.Hash(SignInScene.Password) }, TestContext.Current.CancellationToken);

        var cookie = await scene.SignInAsync(Ann);

        var now = (await store.FindCredentialAsync(subject, TestContext.Current.CancellationToken))!;
        Assert.Equal(PasswordVerdict.Right, scene.Host.Get<Passwords>().Verify(now.Password, SignInScene.Password));
        Assert.Equal(held.Stamp, now.Stamp);
        Assert.Equal(200, (await scene.GetAsync(cookie, "/sessions/current")).Status);
    }
}
