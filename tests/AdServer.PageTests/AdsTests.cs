using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The list of ads.</summary>
public sealed class AdsTests(Browser browser, DemoHost demo)
{
    private const string Search = "Search names, performers, e-mails";

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Ads_are_searched_filtered_sorted_and_paged(Screen screen)
    {
        var scene = await CatalogScene.MakeAsync(demo);
        for (var number = 1; number <= 52; number++)
        {
            await scene.AddAdAsync($"{scene.Mark} {number:00}", number <= 2 ? "paused" : "active");
        }

        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/ads", screen);
        await reader.Field(Search).FillAsync(scene.Mark.ToUpperInvariant());
        await Expect(reader.Text("1–50 of 52")).ToBeVisibleAsync();
        await Expect(reader.Page).ToHaveURLAsync(new Regex($"search={scene.Mark}$", RegexOptions.IgnoreCase));

        await reader.Button("Ad").ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Rowheader).First).ToHaveTextAsync($"{scene.Mark} 01");
        await Expect(reader.Button("Ad")).ToBeFocusedAsync();
        await reader.Button("Ad").ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Rowheader).First).ToHaveTextAsync($"{scene.Mark} 52");

        await reader.Button("Next").ClickAsync();
        await Expect(reader.Text("51–52 of 52")).ToBeVisibleAsync();
        await Expect(reader.Button("Next")).ToBeDisabledAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Rowheader).First).ToHaveTextAsync($"{scene.Mark} 02");
        await reader.Page.ReloadAsync();
        await Expect(reader.Text("51–52 of 52")).ToBeVisibleAsync();
        await reader.Button("Previous").ClickAsync();
        await Expect(reader.Text("1–50 of 52")).ToBeVisibleAsync();

        await reader.Field("Status").SelectOptionAsync("Paused");
        await Expect(reader.Text("1–2 of 2")).ToBeVisibleAsync();
        await reader.Button($"Resume {scene.Mark} 01").ClickAsync();
        await Expect(reader.Text("1–1 of 1")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task An_empty_store_offers_to_add_an_ad(Screen screen)
    {
        await using var host = await AdServerHost.StartAsync(realTime: true);
        await using var reader = await Reader.OpenAsync(browser, host.Client.BaseAddress!, "/ads", screen);
        await Expect(reader.Text("There is no ad yet.")).ToBeVisibleAsync();
        await reader.EndAsync();

        await reader.Link("Add an ad").First.ClickAsync();
        await reader.Field("Performer").FillAsync("Nobody");
        await Expect(reader.Text("No performer is called so.")).ToBeVisibleAsync();
        await reader.Link("Add a performer first").ClickAsync();
        await Expect(reader.Heading("New performer")).ToBeVisibleAsync();
        await reader.GoAsync("/performers");
        await Expect(reader.Text("There is no performer yet.")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Names_with_markup_from_right_to_left_and_long_ones_are_text(Screen screen)
    {
        const string Markup = "<img src=x onerror=alert(1)><b>Sale</b>";
        var arabic = string.Concat(Enumerable.Repeat("مرحبا بالعالم ", 13)).Trim();
        var scene = await CatalogScene.MakeAsync(demo, $"\u202E{Markup} & Söhne");
        var marked = await scene.AddAdAsync($"{Markup} {scene.Mark}");
        await scene.AddAdAsync($"{scene.Mark} {arabic}");
        await scene.AddAdAsync(scene.Mark + new string('W', 200 - scene.Mark.Length));

        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads?search={scene.Mark}", screen);
        await Expect(reader.Text("1–3 of 3")).ToBeVisibleAsync();
        await Expect(reader.Link($"{Markup} {scene.Mark}")).ToBeVisibleAsync();
        await Expect(reader.Link($"{scene.Mark} {arabic}")).ToBeVisibleAsync();
        await reader.EndAsync();

        await reader.WithoutVideosAsync();
        await reader.GoAsync($"/ads/{marked}");
        await Expect(reader.Heading($"{Markup} {scene.Mark}")).ToBeVisibleAsync();
        await Expect(reader.Page.Locator("img")).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_hundred_thousand_ads_are_a_page_like_any_other()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await scene.AddAdAsync(scene.Mark);
        var item = (await scene.GetAsync($"/ads?search={scene.Mark}")).GetProperty("items")[0].GetRawText();
        var items = string.Join(',', Enumerable.Range(0, 50).Select(number => item.Replace("\"_id\":\"", $"\"_id\":\"{number}-", StringComparison.Ordinal)));
        var body = $$"""{"items":[{{items}}],"nextCursor":"Mg","total":100000}""";
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/ads", Screen.Desktop, prepare: one =>
            one.Page.RouteAsync(Reader.PathIs("/ads"), route => route.FulfillAsync(new() { ContentType = "application/json", Body = body })));
        await Expect(reader.Text("1–50 of 100,000")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task Too_many_requests_are_asked_again_and_an_API_that_is_down_on_demand()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads?search={scene.Mark}", Screen.Phone, prepare: one =>
            one.FailAsync("/ads", 429, "Too many requests", ("Retry-After", "1")));
        await Expect(reader.Text("Too many requests. It goes on by itself in 1 s.")).ToBeVisibleAsync();
        await reader.Page.UnrouteAllAsync();
        await Expect(reader.Text("1–1 of 1")).ToBeVisibleAsync();

        reader.Expected.AddRange(["ERR_FAILED", "/ads?"]);
        await reader.Page.RouteAsync(Reader.PathIs("/ads"), route => route.AbortAsync());
        await reader.Button("Budget").ClickAsync();
        await Expect(reader.Text("The server does not answer.")).ToBeVisibleAsync();
        await reader.Page.UnrouteAllAsync();
        await reader.Button("Try again").ClickAsync();
        await Expect(reader.Text("1–1 of 1")).ToBeVisibleAsync();
        await reader.EndAsync();
    }
}
