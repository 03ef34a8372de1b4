using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Developers: added, invited, removed.</summary>
public sealed class DeveloperPageTests(Browser browser, ClosedScene closed) : IClassFixture<ClosedScene>
{
    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_developer_is_added_invited_and_removed(Screen screen)
    {
        var (email, name) = (ClosedScene.NewAddress(), $"Dov <i>{screen}</i> דב");
        await using var reader = await closed.OpenAsync(browser, await closed.AdministratorAsync(), "/developers", screen);
        var page = reader.Page;
        reader.Expected.Add("400");
        await page.Button("Add").ClickAsync();
        await page.FaultAsync("Name", "Name and email cannot be empty");
        await page.EnterAsync("Name", name);
        await page.EnterAsync("E-mail", "dov");
        await page.Button("Add").ClickAsync();
        await page.FaultAsync("E-mail", "Invalid email format");
        await page.EnterAsync("E-mail", email);
        await page.Button("Add").ClickAsync();
        await Expect(page.GetByText("Developer created")).ToBeVisibleAsync();
        await Expect(page.Row(email)).ToContainTextAsync(name);

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("now$") }).ClickAsync();
        var link = await page.GetByLabel("Link", new() { Exact = true }).InputValueAsync();
        Assert.Contains("/sign-in#link=adl_", link, StringComparison.Ordinal);
        await reader.EndAsync();
        await page.Button("I have copied it").ClickAsync();
        await ClosedScene.ForgetsAsync(page, link[^43..]);
        (await closed.Scene.SetPasswordAsync(link.Split("#link=")[1])).Has(200);
        await closed.Scene.SignInAsync(email);

        await page.Row(email).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await page.Button("Cancel").ClickAsync();
        await page.Row(email).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await reader.KeepAsync("-remove");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(page.Row(email)).ToHaveCountAsync(0);
        Assert.DoesNotContain((await closed.GetAsync("/developers")).EnumerateArray(), one => one.Text("email") == email);
        await reader.EndAsync();
    }

    [Fact]
    public async Task Whoever_is_known_is_found_and_whoever_removes_himself_is_signed_out()
    {
        var email = ClosedScene.NewAddress();
        await closed.Scene.AddDeveloperAsync(email);
        await using var reader = await closed.OpenAsync(browser, await closed.Scene.SignInAsync(email), "/developers", Screen.Desktop);
        var page = reader.Page;
        reader.Expected.AddRange(["401", "404"]);
        await page.EnterAsync("Name", "Dev");
        await page.EnterAsync("E-mail", email.ToUpperInvariant());
        await page.Button("Add").ClickAsync();
        await Expect(page.GetByText("Developer already exists")).ToBeVisibleAsync();

        await page.Row(email).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(page.GetByText("This is you: you are signed out at once.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(page.Heading("Sign in")).ToBeVisibleAsync();
    }
}
