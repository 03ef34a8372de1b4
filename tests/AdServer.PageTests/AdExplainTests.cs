using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Why an app gets an ad, or not.</summary>
public sealed class AdExplainTests(Browser browser, DemoHost demo)
{
    private static readonly string[] ForChildren = ["com.example.kids.*"];

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Each_rule_and_counter_is_shown_as_the_API_says(Screen screen)
    {
        const string App = "com.example.kids.one";
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark, "paused", packages: new { deny = ForChildren });
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}", screen, prepare: Finds.WithoutVideosAsync);
        await reader.Field("Package name of the app").FillAsync(App);
        await reader.Field("Package name of the app").PressAsync("Enter");
        await Expect(reader.Page).ToHaveURLAsync(new Regex($"packageName={Regex.Escape(App)}$"));

        var answer = await scene.GetAsync($"/ads/{id}/explain?packageName={App}");
        await Expect(reader.Text(answer.Text("summary"))).ToBeVisibleAsync();
        foreach (var rule in answer.GetProperty("rules").EnumerateArray())
        {
            var row = reader.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = rule.Text("detail") });
            await Expect(row).ToContainTextAsync(rule.GetProperty("passed").GetBoolean() ? "Passed" : "Failed");
        }

        await Expect(reader.Row("Status")).ToContainTextAsync("Failed");
        await Expect(reader.Row("Denied apps")).ToContainTextAsync("Failed");
        await Expect(reader.Row("Allowed apps")).ToContainTextAsync("Passed");
        await Expect(reader.Page.Locator("dl div").Filter(new() { HasText = "Weight of its budget" })).ToContainTextAsync("2");
        await reader.EndAsync();

        await reader.Page.ReloadAsync();
        await Expect(reader.Field("Package name of the app")).ToHaveValueAsync(App);
        await Expect(reader.Text(answer.Text("summary"))).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Apps_that_showed_ads_are_offered()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}", Screen.Desktop, prepare: Finds.WithoutVideosAsync);
        await reader.Field("Package name of the app").FillAsync("game03");
        await reader.Page.GetByRole(AriaRole.Option, new() { Name = "com.example.game03" }).ClickAsync();
        await reader.Button("Explain").ClickAsync();
        await Expect(reader.Text("It may be handed out to com.example.game03 now.")).ToBeVisibleAsync();
        await reader.EndAsync();
    }
}
