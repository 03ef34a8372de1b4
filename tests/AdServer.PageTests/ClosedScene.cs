using AdServer.Tests.Access;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>
/// A server that asks for tokens, by the real clock, with people who sign in to it: one for all tests of a class, each with people of its own.
/// <code>
/// await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/tokens", screen);
/// </code>
/// </summary>
public sealed class ClosedScene : IAsyncLifetime
{
    private static int people;

    internal SignInScene Scene { get; private set; } = null!;

    internal AdServerHost Host => Scene.Host;

    internal Uri Url => Host.Client.BaseAddress!;

    public async ValueTask InitializeAsync() => Scene = await SignInScene.StartAsync(realTime: true);

    public ValueTask DisposeAsync() => Scene.DisposeAsync();

    /// <summary>An address that nobody has.</summary>
    internal static string NewAddress() => $"person{Interlocked.Increment(ref people)}@example.com";

    /// <summary>The cookie of a new administrator.</summary>
    internal async Task<string> AdministratorAsync()
    {
        var email = NewAddress();
        await Scene.AddDeveloperAsync(email);
        return await Scene.SignInAsync(email);
    }

    /// <summary>Opens a place of the page as somebody who is signed in, or with a token of a role that nobody signs in with.</summary>
    internal Task<Reader> OpenAsync(Browser browser, string cookie, string place, Screen screen, [System.Runtime.CompilerServices.CallerMemberName] string test = "") =>
        Reader.OpenAsync(browser, Url, place, screen, prepare: reader => SignInAsync(reader, cookie), test: test);

    /// <summary>What the API says to an administrator.</summary>
    internal async Task<System.Text.Json.JsonElement> GetAsync(string path) => (await Scene.Closed.GetAsync(ClosedHost.Root, path)).Has(200).Json;

    /// <summary>Nothing that the page has been told in confidence is kept by the browser: not in the address, not in what a script can store.</summary>
    internal static async Task ForgetsAsync(IPage page, string secret)
    {
        Assert.DoesNotContain(secret, page.Url, StringComparison.Ordinal);
        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
        Assert.DoesNotContain(secret, await page.EvaluateAsync<string>("JSON.stringify(history.state) + document.cookie"), StringComparison.Ordinal);
        await page.GoBackAsync();
        Assert.DoesNotContain(secret, page.Url, StringComparison.Ordinal);
        await page.GoForwardAsync();
        Assert.DoesNotContain(secret, page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);
    }

    private Task SignInAsync(Reader reader, string cookie)
    {
        var parts = cookie.Split('=', 2);
        return reader.Page.Context.AddCookiesAsync([new() { Name = parts[0], Value = parts[1], Url = Url.AbsoluteUri, HttpOnly = true }]);
    }
}

/// <summary>What tests look for on a page.</summary>
internal static class Look
{
    public static ILocator Button(this IPage page, string name, bool exact = true) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = exact });

    public static ILocator Heading(this IPage page, string name) => page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public static ILocator Alert(this IPage page) => page.GetByRole(AriaRole.Alert);

    /// <summary>The row of a table whose text has this in it.</summary>
    public static ILocator Row(this IPage page, string text) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = text });

    /// <summary>The fault that stands beside a field.</summary>
    public static Task FaultAsync(this IPage page, string label, string fault) =>
        Expect(page.GetByLabel(label, new() { Exact = true })).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex(System.Text.RegularExpressions.Regex.Escape(fault)));

    public static Task EnterAsync(this IPage page, string label, string value) => page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
}
