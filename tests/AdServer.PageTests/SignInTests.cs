using AdServer.Access.SignIn;
using AdServer.Tests.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The door of the page. Its clock stands still, so that who has to wait waits until the test says otherwise.</summary>
public sealed class SignInTests(Browser browser) : IAsyncLifetime
{
    private const string Ann = "ann@example.com";
    private const string Wrong = "E-mail address or password is wrong";

    private SignInScene scene = null!;

    private Uri Url => scene.Host.Client.BaseAddress!;

    public async ValueTask InitializeAsync() => scene = await SignInScene.StartAsync();

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Somebody_signs_in_out_and_in_again_after_the_session_ended(Screen screen)
    {
        await scene.AddDeveloperAsync(Ann);
        await using var reader = await OpenAsync("/tokens?q=x", screen);
        var page = reader.Page;
        await Expect(page.GetByLabel("E-mail")).ToBeFocusedAsync();
        await SignInAsync(reader, "wrong wrong wrong");
        await Expect(page.Alert()).ToHaveTextAsync(Wrong);
        await SignInAsync(reader);
        await Expect(page.Heading("Tokens")).ToBeVisibleAsync();
        Assert.EndsWith("#/tokens?q=x", page.Url, StringComparison.Ordinal);

        // The list is there: it would ask again for a sign-in if it were read after the end of the session.
        await Expect(page.GetByText("No token is like that.")).ToBeVisibleAsync();
        var cookies = await page.Context.CookiesAsync();
        await scene.SendAsync($"{SessionCookie.Name}={cookies[0].Value}", "DELETE", "/sessions/current");
        await page.Button("New token").ClickAsync();
        await page.EnterAsync("Name", "Report");
        await page.Button("Make the token").ClickAsync();
        await Expect(page.GetByText("Your session has ended.", new() { Exact = false })).ToBeVisibleAsync();
        await SignInAsync(reader);
        await Expect(page.Heading("Tokens")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Search")).ToHaveValueAsync("x");

        await page.Button("Sign out").ClickAsync();
        await Expect(page.Heading("Sign in")).ToBeVisibleAsync();
        Assert.EndsWith("#/", page.Url, StringComparison.Ordinal);
        Assert.Empty(await page.Context.CookiesAsync());
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Whoever_guesses_has_to_wait_and_sees_how_long(Screen screen)
    {
        await scene.AddDeveloperAsync(Ann);
        for (var number = 0; number < LockOut.FreeTries; number++)
        {
            await scene.TryAsync(Ann, "wrong wrong wrong");
        }

        // Long enough to be seen on a busy machine.
        foreach (var seconds in new[] { 1, 2 })
        {
            scene.Host.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await scene.TryAsync(Ann, "wrong wrong wrong");
        }

        await using var reader = await OpenAsync("/", screen);
        reader.Expected.Add("429");
        await SignInAsync(reader);
        await Expect(reader.Page.Alert()).ToHaveTextAsync("Too many wrong passwords; try again in 4 s");
        await Expect(reader.Page.Button("Sign in (in", exact: false)).ToBeDisabledAsync();
        await Expect(reader.Page.Button("Sign in")).ToBeEnabledAsync();
        scene.Host.Clock.Advance(TimeSpan.FromSeconds(4));
        await SignInAsync(reader);
        await Expect(reader.Page.Heading("Overview")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task An_invitation_sets_a_password_once_and_leaves_no_trace_of_its_link(Screen screen)
    {
        var id = await scene.Closed.AddPerformerAsync(Ann);
        var link = await scene.InviteAsync($"/performers/{id}");
        await using var reader = await OpenAsync("sign-in#link=" + link, screen);
        var page = reader.Page;
        await ChooseAsync(reader, "short", "short");
        await page.FaultAsync("Password", "A password has at least 12 characters");
        await ChooseAsync(reader, SignInScene.Password, "something else");
        await page.FaultAsync("The password again", "The two passwords differ");
        await reader.KeepAsync("-set");
        await ChooseAsync(reader, SignInScene.Password, SignInScene.Password);
        await Expect(page.GetByText("The password is set. Sign in with it.")).ToBeVisibleAsync();
        await SignInAsync(reader);
        await Expect(page.Heading("Overview")).ToBeVisibleAsync();
        await ClosedScene.ForgetsAsync(page, link);
        await Expect(page.GetByText("Ann (advertiser)")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_link_that_was_used_leads_to_another_one(Screen screen)
    {
        var id = await scene.Closed.AddPerformerAsync(Ann);
        var link = await scene.InviteAsync($"/performers/{id}");
        (await scene.SetPasswordAsync(link)).Has(200);
        await using var reader = await OpenAsync("sign-in#link=" + link, screen);
        var page = reader.Page;
        reader.Expected.AddRange(["404", "400"]);
        await ChooseAsync(reader, SignInScene.Password, SignInScene.Password);
        await Expect(page.Alert()).ToHaveTextAsync("The link is unknown, was used, or has expired");
        await reader.EndAsync();

        await page.Button("Ask for a new link").ClickAsync();
        await page.EnterAsync("E-mail", "ann");
        await page.Button("Send a link").ClickAsync();
        await page.FaultAsync("E-mail", "Invalid email format");
        await page.EnterAsync("E-mail", Ann);
        await page.Button("Send a link").ClickAsync();
        await Expect(page.GetByText("If somebody with this address has a password here, a link to a new one is on its way")).ToBeVisibleAsync();

        // In the same tab: the address changes only behind its number sign.
        await reader.GoAsync("sign-in#link=" + await scene.ReadLinkAsync());
        await ChooseAsync(reader, Ann, Ann);
        await page.FaultAsync("Password", "The password must not be the e-mail address");
        await ChooseAsync(reader, "another password", "another password");
        await SignInAsync(reader, "another password");
        await Expect(page.Heading("Overview")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Whoever_is_signed_in_and_opens_a_link_chooses_and_a_broken_address_is_no_empty_page()
    {
        await scene.AddDeveloperAsync(Ann);
        var bob = await scene.Closed.AddPerformerAsync("bob@example.com");
        await using var reader = await OpenAsync("/", Screen.Desktop);
        await SignInAsync(reader);
        await Expect(reader.Page.Heading("Overview")).ToBeVisibleAsync();
        await reader.GoAsync("sign-in#link=" + await scene.InviteAsync($"/performers/{bob}"));
        await Expect(reader.Page.Heading("Choose a password")).ToBeVisibleAsync();
        await reader.EndAsync();
        await reader.Page.Button("Go on as", exact: false).ClickAsync();
        await Expect(reader.Page.Heading("Overview")).ToBeVisibleAsync();
        await reader.Page.Button("Sign out").ClickAsync();
        await Expect(reader.Page.Heading("Sign in")).ToBeVisibleAsync();
        await reader.GoAsync("sign-in#link=%");
        await Expect(reader.Page.Heading("Choose a password")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Whoever_could_not_be_signed_out_is_told_so(Screen screen)
    {
        await scene.AddDeveloperAsync(Ann);
        await using var reader = await OpenAsync("/tokens", screen);
        var page = reader.Page;
        reader.Expected.AddRange(["ERR_FAILED", "sessions/current"]);
        await SignInAsync(reader);
        await Expect(page.Heading("Tokens")).ToBeVisibleAsync();
        await page.RouteAsync(Reader.PathIs("/sessions/current"), route => route.AbortAsync());
        await page.Button("Sign out").ClickAsync();
        await Expect(page.Alert()).ToContainTextAsync("Signing out failed, and you may still be signed in. The server does not answer");
        await page.UnrouteAllAsync();
        await reader.FailAsync("/sessions/current", 503, "The store is not available");
        await page.Button("Sign out").ClickAsync();
        await Expect(page.Alert()).ToContainTextAsync("The store is not available");
        await reader.EndAsync();
        await page.UnrouteAllAsync();
        await page.Button("Sign out").ClickAsync();
        await Expect(page.Heading("Sign in")).ToBeVisibleAsync();
        await Expect(page.Alert()).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task The_first_token_lets_the_first_administrator_in_and_is_forgotten(Screen screen)
    {
        await using var reader = await OpenAsync("/", screen);
        var page = reader.Page;
        reader.Expected.Add("400");
        await page.GetByText("Nobody has a password yet?").ClickAsync();
        await page.Button("Begin with that token").ClickAsync();
        await page.EnterAsync("The administrator’s token", "ads_wrong");
        await page.EnterAsync("Your name", "Ann <b>& שלום");
        await page.EnterAsync("E-mail", "ann");
        await page.Button("Go on and choose a password").ClickAsync();
        await page.FaultAsync("The administrator’s token", "The token is unknown, revoked or expired");
        await page.EnterAsync("The administrator’s token", ClosedHost.Root);
        await page.Button("Go on and choose a password").ClickAsync();
        await page.FaultAsync("E-mail", "Invalid email format");
        await page.GetByText("The same on the command line").ClickAsync();
        await reader.EndAsync();

        await page.EnterAsync("E-mail", Ann);
        await page.Button("Go on and choose a password").ClickAsync();
        await ChooseAsync(reader, SignInScene.Password, SignInScene.Password);
        await SignInAsync(reader);
        await Expect(page.GetByText("Ann <b>& שלום (administrator)")).ToBeVisibleAsync();
        await ClosedScene.ForgetsAsync(page, ClosedHost.Root);
    }

    [Fact]
    public async Task A_server_that_is_away_is_not_a_wrong_password()
    {
        await using var reader = await OpenAsync("/", Screen.Desktop);
        reader.Expected.AddRange(["ERR_", "sessions", "503"]);
        await reader.Page.RouteAsync(Reader.PathIs("/sessions"), route => route.AbortAsync());
        await SignInAsync(reader);
        await Expect(reader.Page.Alert()).ToContainTextAsync("The server does not answer");
        await reader.Page.UnrouteAllAsync();
        await reader.FailAsync("/sessions", 503, "Too many people sign in at once; try again");
        await SignInAsync(reader);
        await Expect(reader.Page.Alert()).ToContainTextAsync("Too many people sign in at once; try again");
    }

    private Task<Reader> OpenAsync(string place, Screen screen, [System.Runtime.CompilerServices.CallerMemberName] string test = "") =>
        Reader.OpenAsync(browser, Url, place, screen, test: test, prepare: reader =>
        {
            // Who is asked for a session and has none is told so.
            reader.Expected.Add("401");
            return Task.CompletedTask;
        });

    private static async Task SignInAsync(Reader reader, string password = SignInScene.Password)
    {
        await reader.Page.EnterAsync("E-mail", Ann);
        await reader.Page.EnterAsync("Password", password);
        await reader.Page.Button("Sign in").ClickAsync();
    }

    private static async Task ChooseAsync(Reader reader, string password, string again)
    {
        await reader.Page.EnterAsync("Password", password);
        await reader.Page.EnterAsync("The password again", again);
        await reader.Page.Button("Set the password").ClickAsync();
    }
}
