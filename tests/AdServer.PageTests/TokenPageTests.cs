using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Tokens: listed, made, rotated, revoked.</summary>
public sealed class TokenPageTests(Browser browser, ClosedScene closed) : IClassFixture<ClosedScene>
{
    private const string Made = "ads_";

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_token_is_made_shown_once_rotated_and_revoked(Screen screen)
    {
        var name = $"Key <b>of</b> {screen} & קין";
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/", screen);
        var page = reader.Page;
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await reader.GoAsync("/tokens");
        await page.Button("New token").ClickAsync();
        await page.EnterAsync("Name", name);
        await page.EnterAsync("Packages", "com.example.a\ncom.example.b.*");
        await page.EnterAsync("Ends at (optional)", "2099-06-01T12:00");
        await Expect(page.GetByText("that is Jun 1, 2099, 10:00:00 AM UTC", new() { Exact = false })).ToBeVisibleAsync();
        await page.Button("Make the token").ClickAsync();

        var secret = await page.GetByLabel("Token", new() { Exact = true }).InputValueAsync();
        Assert.StartsWith(Made, secret, StringComparison.Ordinal);
        await page.Button("Copy").ClickAsync();
        await Expect(page.GetByText("Copied", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(secret, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await reader.EndAsync();
        await page.Button("I have copied it").ClickAsync();
        await ClosedScene.ForgetsAsync(page, secret);

        await page.EnterAsync("Search", name);
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = name });
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("com.example.b.*");
        var token = await FindAsync(name);
        Assert.Equal(["com.example.a", "com.example.b.*"], token.GetProperty("packages").EnumerateArray().Select(one => one.GetString()!));
        Assert.Equal("2099-06-01T10:00:00.000Z", token.Text("expiresAt"));

        await page.Button($"Rotate {name}").ClickAsync();
        await page.GetByLabel("Grace time of the old token").SelectOptionAsync("An hour");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Rotate" }).ClickAsync();
        await Expect(page.GetByLabel("Token", new() { Exact = true })).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("^ads_"));
        await page.Button("I have copied it").ClickAsync();
        await Expect(row).ToHaveCountAsync(2);

        await row.Last.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(1);
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task What_the_API_refuses_stands_beside_the_field_in_its_words(Screen screen)
    {
        var email = ClosedScene.NewAddress();
        var performer = await closed.Scene.Closed.AddPerformerAsync(email);
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/tokens", screen);
        var page = reader.Page;
        reader.Expected.AddRange(["400", "404"]);
        await page.Button("New token").ClickAsync();
        await MakeAsync(page);
        await page.FaultAsync("Name", "name cannot be empty");
        await page.EnterAsync("Name", $"Bound {screen}");
        await MakeAsync(page);
        await page.FaultAsync("Packages", "Invalid packages: 1 to 1000 package names or patterns such as com.example.*");
        await page.GetByLabel("Role").SelectOptionAsync("advertiser");
        await page.EnterAsync("Ends at (optional)", "2001-01-01T00:00");
        await page.EnterAsync("Performer", email);
        await MakeAsync(page);
        await page.FaultAsync("Ends at (optional)", "expiresAt lies in the past");
        await page.EnterAsync("Ends at (optional)", string.Empty);
        foreach (var (wrong, fault) in new[] { ("nobody@example.com", "No performer has this e-mail address"), ("none", "Performer not found"), ("a@", "Invalid email format") })
        {
            await page.EnterAsync("Performer", wrong);
            await MakeAsync(page);
            await page.FaultAsync("Performer", fault);
        }

        await reader.EndAsync();
        await page.EnterAsync("Performer", email);
        await MakeAsync(page);
        await Expect(page.Button("I have copied it")).ToBeVisibleAsync();
        Assert.Equal(performer, (await FindAsync($"Bound {screen}")).Text("performerId"));
        await Expect(page.Row($"Bound {screen}").GetByRole(AriaRole.Link, new() { Name = "Ann" })).ToHaveAttributeAsync("href", $"#/performers/{performer}");
    }

    [Fact]
    public async Task A_form_that_is_sent_again_makes_one_token_and_the_last_one_stays()
    {
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/tokens", Screen.Desktop);
        var page = reader.Page;
        reader.Expected.AddRange(["409", "ERR_", "/tokens"]);
        var keys = new List<string>();
        await page.RouteAsync(Reader.PathIs("/tokens"), async route =>
        {
            if (route.Request.Method != "POST" || keys.Count > 0)
            {
                await route.ContinueAsync();
                return;
            }

            keys.Add(await route.Request.HeaderValueAsync("Idempotency-Key") ?? string.Empty);
            // It is made, and nobody hears of it.
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await page.Button("New token").ClickAsync();
        await page.EnterAsync("Name", "Sent twice");
        await page.GetByLabel("Role").SelectOptionAsync("analyst");
        await MakeAsync(page);
        await Expect(page.Alert()).ToContainTextAsync("The server does not answer");
        await MakeAsync(page);
        await Expect(page.Alert()).ToContainTextAsync("its secret was shown once");
        Assert.NotEmpty(Assert.Single(keys));
        await page.Button("Cancel").ClickAsync();
        await Expect(page.Row("Sent twice")).ToHaveCountAsync(1);

        await page.Button("Revoke Access:BootstrapToken").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(page.Alert()).ToHaveTextAsync("This is the last token that can make others; make another one first");
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_refusal_of_too_many_requests_goes_on_by_itself_where_nobody_has_to_do_anything()
    {
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/developers", Screen.Desktop);
        await reader.FailAsync("/tokens", 429, "Too many requests", ("Retry-After", "1"));
        await reader.GoAsync("/tokens");
        await Expect(reader.Page.Alert()).ToContainTextAsync("Too many requests. It goes on by itself in 1 s.");
        await reader.EndAsync();
        await reader.Page.UnrouteAllAsync();
        await Expect(reader.Page.Row("Access:BootstrapToken")).ToBeVisibleAsync();
    }

    private static Task MakeAsync(IPage page) => page.Button("Make the token").ClickAsync();

    private async Task<System.Text.Json.JsonElement> FindAsync(string name) =>
        Assert.Single((await closed.GetAsync("/tokens")).EnumerateArray(), token => token.Text("name") == name);
}
