using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Adding and editing ads.</summary>
public sealed class AdFormTests(Browser browser, DemoHost demo)
{
    /// <summary>Milliseconds after which a text that nobody goes on typing is searched for, and some.</summary>
    private const long SearchPause = 300;

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task An_ad_is_added_and_what_is_wrong_stands_beside_its_field_in_the_words_of_the_API(Screen screen)
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/ads/new", screen, prepare: WithRefusals);
        await reader.Button("Add the ad").ClickAsync();
        Assert.Equal("Missing required fields (adName, performerEmail, adDetails)", await reader.FaultOfAsync("Name"));
        await Expect(reader.Field("Name")).ToBeFocusedAsync();

        await reader.Field("Name").FillAsync(scene.Mark);
        await reader.Field("Performer").FillAsync("somebody");
        await reader.Button("Add the ad").ClickAsync();
        Assert.Equal("Performer not found", await reader.FaultOfAsync("Performer"));
        await ChoosePerformerAsync(reader, scene);

        await FillDetailsAsync(reader);
        await reader.Field("Target address").FillAsync("ftp://example.com/");
        foreach (var wrong in new[] { "-1", "2,5" })
        {
            await reader.Field("Skip time (seconds)").FillAsync(wrong);
            await reader.Button("Add the ad").ClickAsync();
            Assert.Equal("Invalid skipTime or exitTime", await reader.FaultOfAsync("Skip time (seconds)"));
        }

        await reader.Field("Skip time (seconds)").FillAsync("2.5");
        await reader.Button("Add the ad").ClickAsync();
        Assert.Equal("Invalid URLs", await reader.FaultOfAsync("Target address"));
        await Expect(reader.Field("Video address")).Not.ToHaveAttributeAsync("aria-invalid", "true");
        await reader.EndAsync();

        await reader.Field("Target address").FillAsync("https://example.com/");
        await reader.Field("Starts").FillAsync("2027-01-15T12:00");
        await Expect(reader.Text("= Jan 15, 2027, 11:00:00 AM UTC")).ToBeVisibleAsync();
        await reader.Field("Ends").FillAsync("2027-01-15T12:00");
        await reader.Button("Add the ad").ClickAsync();
        Assert.Equal("endsAt must be after startsAt", await reader.FaultOfAsync("Ends"));
        await reader.Field("Ends").FillAsync("2027-07-15T12:00");
        await reader.Field("Never in these apps").FillAsync("com.example.a\ncom.*.b");
        await reader.Button("Add the ad").ClickAsync();
        Assert.StartsWith("Invalid packages: ", await reader.FaultOfAsync("Never in these apps"), StringComparison.Ordinal);
        await reader.Field("Never in these apps").FillAsync("com.example.a\n com.b.* \n");
        await reader.Button("Add the ad").ClickAsync();
        await Expect(reader.Heading(scene.Mark)).ToBeVisibleAsync();

        var ad = (await scene.GetAsync($"/ads?search={scene.Mark}")).GetProperty("items")[0];
        Assert.Equal(scene.PerformerId, ad.Text("performerId"));
        Assert.Equal("2027-01-15T11:00:00.000Z", ad.Text("startsAt"));
        Assert.Equal("2027-07-15T10:00:00.000Z", ad.Text("endsAt"));
        Assert.Equal(2.5, ad.GetProperty("adDetails").GetProperty("skipTime").GetDouble());
        Assert.Equal("""["com.example.a","com.b.*"]""", ad.GetProperty("packages").GetProperty("deny").GetRawText());
    }

    [Fact]
    public async Task An_answer_to_an_earlier_text_takes_no_performer_away_while_one_is_chosen()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var released = new TaskCompletionSource();
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/ads/new", Screen.Desktop, prepare: async one =>
        {
            await one.Page.Clock.InstallAsync();
            await one.Page.RouteAsync(IsSearchForSomebody, async route =>
            {
                await released.Task;
                await route.ContinueAsync();
            });
        });
        await Expect(reader.Field("Performer")).ToBeVisibleAsync();
        await reader.Page.Clock.PauseAtAsync(DateTime.UtcNow.AddHours(1));
        var option = reader.Page.GetByRole(AriaRole.Option).Filter(new() { HasText = scene.Email });

        await reader.Field("Performer").FillAsync(scene.PerformerName);
        await reader.Page.Clock.RunForAsync(SearchPause);
        await Expect(option).ToBeVisibleAsync();
        await reader.Field("Performer").FillAsync("somebody");
        await reader.Page.RunAndWaitForRequestAsync(() => reader.Page.Clock.RunForAsync(SearchPause), request => IsSearchForSomebody(request.Url));
        await reader.Field("Performer").FillAsync(scene.PerformerName);
        await Expect(option).ToBeVisibleAsync();
        await reader.Field("Performer").PressAsync("ArrowDown");
        var late = await reader.Page.RunAndWaitForResponseAsync(() => Task.Run(released.SetResult), answer => IsSearchForSomebody(answer.Url));
        await late.FinishedAsync();
        await Expect(option).ToHaveAttributeAsync("aria-selected", "true");
        await reader.Field("Performer").PressAsync("Enter");
        await Expect(reader.Field("Performer")).ToHaveValueAsync(scene.Email);
        await reader.Page.Clock.ResumeAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Of_two_who_edit_an_ad_neither_loses_what_he_typed(Screen screen)
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/edit", screen, prepare: WithRefusals);
        await reader.Field("Name").FillAsync($"{scene.Mark} mine");
        await reader.Field("Exit time (seconds)").FillAsync("20");
        await scene.ChangeAsync($"/ads/{id}", new { adName = $"{scene.Mark} theirs", adDetails = new { budget = "high" } });
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Text("Somebody changed this ad meanwhile.")).ToBeVisibleAsync();
        await Expect(reader.Field("Name")).ToHaveValueAsync($"{scene.Mark} mine");
        await Expect(reader.Field("Exit time (seconds)")).ToHaveValueAsync("20");
        await Expect(reader.Field("Budget")).ToHaveValueAsync("high");
        await Expect(reader.Row("Name")).ToContainTextAsync($"{scene.Mark} theirs");
        Assert.Equal($"{scene.Mark} theirs", (await scene.GetAsync($"/ads/{id}")).Text("name"));
        await reader.EndAsync();

        await reader.Button("Take the stored one: Name").ClickAsync();
        await Expect(reader.Field("Name")).ToHaveValueAsync($"{scene.Mark} theirs");
        await reader.Field("Name").FillAsync($"{scene.Mark} both");
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Heading($"{scene.Mark} both")).ToBeVisibleAsync();
        var details = (await scene.GetAsync($"/ads/{id}")).GetProperty("adDetails");
        Assert.Equal(("high", 20), (details.Text("budget"), details.GetProperty("exitTime").GetInt32()));
    }

    [Fact]
    public async Task What_is_typed_while_another_version_is_read_is_kept()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/edit", Screen.Desktop, prepare: WithRefusals);
        await reader.Field("Name").FillAsync($"{scene.Mark} mine");
        await scene.ChangeAsync($"/ads/{id}", new { adDetails = new { budget = "high" } });
        var held = new TaskCompletionSource();
        await reader.Page.RouteAsync(Reader.PathIs($"/ads/{id}"), async route =>
        {
            await (route.Request.Method == "GET" ? held.Task : Task.CompletedTask);
            await route.ContinueAsync();
        });
        var again = reader.Page.WaitForRequestAsync(request => request.Method == "GET" && Reader.PathIs($"/ads/{id}")(request.Url));
        await reader.Button("Save").ClickAsync();
        await again;
        await reader.Field("Name").FillAsync($"{scene.Mark} mine, and more");
        held.SetResult();
        await Expect(reader.Text("Somebody changed this ad meanwhile.")).ToBeVisibleAsync();
        await Expect(reader.Field("Name")).ToHaveValueAsync($"{scene.Mark} mine, and more");
        await Expect(reader.Field("Budget")).ToHaveValueAsync("high");
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Somebody changed this ad meanwhile.");
    }

    [Fact]
    public async Task A_draft_for_one_performer_does_not_come_up_for_another()
    {
        var (one, other) = (await CatalogScene.MakeAsync(demo), await CatalogScene.MakeAsync(demo));
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/new?performerId={one.PerformerId}", Screen.Desktop, prepare: WithRefusals);
        await reader.Field("Name").FillAsync(one.Mark);
        await reader.GoAsync($"/ads/new?performerId={other.PerformerId}");
        await Expect(reader.Field("Performer")).ToHaveValueAsync(other.Email);
        await Expect(reader.Field("Name")).ToHaveValueAsync(string.Empty);
        await reader.GoAsync($"/ads/new?performerId={one.PerformerId}");
        await Expect(reader.Field("Name")).ToHaveValueAsync(one.Mark);
    }

    [Fact]
    public async Task In_the_hour_that_comes_twice_the_stored_instant_is_the_one_that_is_shown()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await scene.ChangeAsync($"/ads/{id}", new { startsAt = "2027-10-31T01:30:00Z" });
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/edit", Screen.Desktop, prepare: WithRefusals);
        await Expect(reader.Field("Starts")).ToHaveValueAsync("2027-10-31T02:30");
        await Expect(reader.Text("= Oct 31, 2027, 1:30:00 AM UTC")).ToBeVisibleAsync();
        await Expect(reader.Page).ToHaveTitleAsync($"Edit ad: \u2068{scene.Mark}\u2069 – AdServer");
    }

    [Fact]
    public async Task An_ad_whose_answer_is_lost_is_added_once()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/new?performerId={scene.PerformerId}", Screen.Desktop, prepare: WithRefusals);
        await Expect(reader.Field("Performer")).ToHaveValueAsync(scene.Email);
        await reader.Field("Name").FillAsync(scene.Mark);
        await FillDetailsAsync(reader);
        await reader.Page.RouteAsync(Reader.PathIs("/ads"), async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await reader.Button("Add the ad").ClickAsync();
        await Expect(reader.Text("The server does not answer.")).ToBeVisibleAsync();
        await Expect(reader.Field("Name")).ToHaveValueAsync(scene.Mark);
        await reader.Page.UnrouteAllAsync();
        await reader.Button("Add the ad").ClickAsync();
        await Expect(reader.Heading(scene.Mark)).ToBeVisibleAsync();
        Assert.Equal(1, await scene.CountAsync(scene.Mark));
    }

    [Fact]
    public async Task What_belongs_to_no_field_stands_above_the_button_and_what_was_typed_stays()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/edit", Screen.Phone, prepare: WithRefusals);
        await reader.Field("Name").FillAsync($"{scene.Mark} anew");
        await SaveRefusedAsync(reader, id, 429, "Too many requests; try again in 7 s", "Too many requests; try again in 7 s");
        await SaveRefusedAsync(reader, id, 409, "The ad is being changed by others; try again", "The ad is being changed by others; try again");
        await SaveRefusedAsync(reader, id, 403, "This token may not do this", "You may not see or do this.");
        await reader.EndAsync();
        await reader.Page.UnrouteAllAsync();
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Heading($"{scene.Mark} anew")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_was_typed_is_there_again_after_signing_in_anew()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}/edit", Screen.Desktop, prepare: WithRefusals);
        await reader.Field("Name").FillAsync($"{scene.Mark} typed");
        await reader.FailAsync($"/ads/{id}", 401, "Missing or invalid token");
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Heading("Sign in")).ToBeVisibleAsync();
        await reader.Page.UnrouteAllAsync();
        await reader.Page.RouteAsync(Reader.PathIs("/sessions"), route => route.FulfillAsync(new() { Status = 201, ContentType = "application/json", Body = "{}" }));
        await reader.Field("E-mail").FillAsync("ann@example.com");
        await reader.Field("Password").FillAsync("correct horse battery");
        await reader.Button("Sign in").ClickAsync();
        await Expect(reader.Text("What you had typed here and not saved is back.")).ToBeVisibleAsync();
        await Expect(reader.Field("Name")).ToHaveValueAsync($"{scene.Mark} typed");
        await reader.EndAsync();
    }

    private static async Task SaveRefusedAsync(Reader reader, string id, int status, string error, string shown)
    {
        await reader.Page.UnrouteAllAsync();
        await reader.FailAsync($"/ads/{id}", status, error, ("Retry-After", "7"));
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(shown);
    }

    private static bool IsSearchForSomebody(string address) => Reader.PathIs("/performers")(address) && address.Contains("search=somebody", StringComparison.Ordinal);

    private static async Task ChoosePerformerAsync(Reader reader, CatalogScene scene)
    {
        await reader.Field("Performer").FillAsync(scene.PerformerName);
        await Expect(reader.Page.GetByRole(AriaRole.Option).Filter(new() { HasText = scene.Email })).ToBeVisibleAsync();
        await reader.Field("Performer").PressAsync("ArrowDown");
        await reader.Field("Performer").PressAsync("Enter");
        await Expect(reader.Field("Performer")).ToHaveValueAsync(scene.Email);
        await Expect(reader.Text($"Chosen: {scene.PerformerName}")).ToBeVisibleAsync();
    }

    private static async Task FillDetailsAsync(Reader reader)
    {
        await reader.Field("Video address").FillAsync("https://example.com/video.mp4");
        await reader.Field("Target address").FillAsync("https://example.com/offer");
        await reader.Field("Skip time (seconds)").FillAsync("5");
        await reader.Field("Exit time (seconds)").FillAsync("30");
    }

    /// <summary>A browser says in its console what was refused; the video is nowhere.</summary>
    private static Task WithRefusals(Reader reader)
    {
        reader.Expected.AddRange(["400", "404", "412", "401", "/ads"]);
        return reader.WithoutVideosAsync();
    }
}
