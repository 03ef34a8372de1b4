using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Performers: found, added, changed, invited, deleted.</summary>
public sealed class PerformerTests(Browser browser, DemoHost demo)
{
    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_performer_is_added_changed_found_and_deleted(Screen screen)
    {
        var other = await CatalogScene.MakeAsync(demo);
        var mark = $"n{other.Mark}";
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/performers/new", screen, prepare: WithRefusals);
        await reader.Field("Name").FillAsync($"<i>{mark}</i> שלום");
        await reader.Field("E-mail").FillAsync("nobody");
        await reader.Button("Add the performer").ClickAsync();
        Assert.Equal("Invalid email format", await reader.FaultOfAsync("E-mail"));
        await reader.Field("E-mail").FillAsync($"{mark}@example.com");
        await reader.Button("Add the performer").ClickAsync();
        await Expect(reader.Heading($"<i>{mark}</i> שלום")).ToBeVisibleAsync();
        await reader.EndAsync();

        await reader.Field("E-mail").FillAsync(other.Email);
        await reader.Button("Save").ClickAsync();
        Assert.Equal("Email already in use", await reader.FaultOfAsync("E-mail"));
        await reader.Field("E-mail").FillAsync($"{mark}@example.org");
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Text("Saved.")).ToBeVisibleAsync();

        await reader.GoAsync("/performers");
        await reader.Field("Search names and e-mails").FillAsync($"{mark}@example.org");
        await Expect(reader.Text("1–1 of 1")).ToBeVisibleAsync();
        await reader.EndAsync();
        await reader.Link($"<i>{mark}</i> שלום").ClickAsync();
        await reader.Button("Delete").ClickAsync();
        await Expect(reader.Text("nobody signs in as it any more")).ToBeVisibleAsync();
        await reader.Button("Delete the performer").ClickAsync();
        await Expect(reader.Heading("Performers")).ToBeVisibleAsync();
        Assert.Equal(0, (await demo.GetAsync($"/performers?search={mark}@example.org")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task An_address_that_is_known_leads_to_who_has_it()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/performers/new", Screen.Phone);
        await reader.Field("Name").FillAsync("Another");
        await reader.Field("E-mail").FillAsync(scene.Email);
        await reader.Button("Add the performer").ClickAsync();
        await Expect(reader.Text("There is a performer with this e-mail already")).ToBeVisibleAsync();
        await Expect(reader.Heading(scene.PerformerName)).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task Of_two_who_edit_a_performer_neither_loses_what_he_typed()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/performers/{scene.PerformerId}", Screen.Phone, prepare: WithRefusals);
        await reader.Field("Name").FillAsync($"{scene.Mark} mine");
        await scene.ChangeAsync($"/performers/{scene.PerformerId}", new { email = $"x{scene.Email}" });
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Text("Somebody changed this performer meanwhile.")).ToBeVisibleAsync();
        await Expect(reader.Field("Name")).ToHaveValueAsync($"{scene.Mark} mine");
        await Expect(reader.Field("E-mail")).ToHaveValueAsync($"x{scene.Email}");
        await reader.EndAsync();
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Heading($"{scene.Mark} mine")).ToBeVisibleAsync();
        Assert.Equal($"x{scene.Email}", (await scene.GetAsync($"/performers/{scene.PerformerId}")).Text("email"));
    }

    [Fact]
    public async Task A_performer_that_has_ads_stays()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/performers/{scene.PerformerId}", Screen.Desktop, prepare: WithRefusals);
        await Expect(reader.Link(scene.Mark)).ToBeVisibleAsync();
        await reader.Button("Delete").ClickAsync();
        await Expect(reader.Text("It still has ads (1).")).ToBeVisibleAsync();
        await reader.Button("Delete the performer").ClickAsync();
        await Expect(reader.Text("Performer still has ads; delete them first")).ToBeVisibleAsync();
        await reader.EndAsync();
        Assert.Equal(200, await scene.StatusOfAsync($"/performers/{scene.PerformerId}"));
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task An_invitation_is_shown_once_and_copied(Screen screen)
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/performers/{scene.PerformerId}", screen);
        await reader.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await reader.Button("Invite").ClickAsync();
        await reader.Button("Make the link").ClickAsync();
        var link = await reader.Field("Link").InputValueAsync();
        Assert.Contains("/sign-in#link=adl_", link, StringComparison.Ordinal);
        await reader.Button("Copy").ClickAsync();
        await Expect(reader.Text("Copied")).ToBeVisibleAsync();
        Assert.Equal(link, await reader.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await reader.EndAsync();
        await reader.Button("Close").ClickAsync();
        await Expect(reader.Field("Link")).ToHaveCountAsync(0);
    }

    private static Task WithRefusals(Reader reader)
    {
        reader.Expected.AddRange(["400", "409", "412"]);
        return Task.CompletedTask;
    }
}
