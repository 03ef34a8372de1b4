using System.Net.Http.Headers;
using System.Net.Http.Json;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>Who may do what with ads and performers: what is not allowed is not offered.</summary>
public sealed class CatalogRoleTests(Browser browser)
{
    private const string Root = "the-administrators-token-of-this-test";

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task An_advertiser_has_its_own_ads_and_name_and_nothing_of_others(Screen screen)
    {
        await using var host = await StartAsync();
        var (own, other) = (await SceneAsync(host), await SceneAsync(host));
        await own.AddAdAsync($"{own.Mark} own");
        await other.AddAdAsync($"{other.Mark} other");
        await using var reader = await OpenAsync(host, screen, "/ads", new { name = "Ann", role = "advertiser", performerId = own.PerformerId });
        await Expect(reader.Link($"{own.Mark} own")).ToBeVisibleAsync();
        await Expect(reader.Text("1–1 of 1")).ToBeVisibleAsync();

        await reader.Link($"{own.Mark} own").ClickAsync();
        await reader.Field("Package name of the app").FillAsync("com.example.game");
        await reader.Button("Explain").ClickAsync();
        await Expect(reader.Text("It may be handed out to com.example.game now.")).ToBeVisibleAsync();
        await Expect(reader.Text("Weight of its budget")).ToBeVisibleAsync();
        await Expect(reader.Text("Ads in all")).ToHaveCountAsync(0);

        await reader.GoAsync("/ads/new");
        await Expect(reader.Text(own.Email)).ToBeVisibleAsync();
        await Expect(reader.Field("Performer")).ToHaveCountAsync(0);
        await reader.GoAsync($"/performers/{own.PerformerId}");
        await Expect(reader.Field("Name")).ToHaveValueAsync(own.PerformerName);
        await Expect(reader.Field("E-mail")).ToHaveCountAsync(0);
        await Expect(reader.Button("Invite")).ToHaveCountAsync(0);
        await Expect(reader.Button("Delete")).ToHaveCountAsync(0);
        await reader.Field("Name").FillAsync("Ann and company");
        await reader.Button("Save").ClickAsync();
        await Expect(reader.Heading("Ann and company")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_reviewer_sees_all_and_is_offered_no_change()
    {
        await using var host = await StartAsync();
        var scene = await SceneAsync(host);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await OpenAsync(host, Screen.Desktop, "/ads", new { name = "Rita", role = "reviewer" });
        await Expect(reader.Link(scene.Mark)).ToBeVisibleAsync();
        await Expect(reader.Link("Add an ad")).ToHaveCountAsync(0);
        await Expect(reader.Button($"Pause {scene.Mark}")).ToHaveCountAsync(0);
        await reader.Link(scene.Mark).ClickAsync();
        await Expect(reader.Heading(scene.Mark)).ToBeVisibleAsync();
        await Expect(reader.Link("Edit")).ToHaveCountAsync(0);
        await Expect(reader.Button("Delete")).ToHaveCountAsync(0);
        await reader.GoAsync($"/ads/{id}/edit");
        await Expect(reader.Heading("Not for you")).ToBeVisibleAsync();
        await reader.GoAsync($"/performers/{scene.PerformerId}");
        await Expect(reader.Heading(scene.PerformerName)).ToBeVisibleAsync();
        await Expect(reader.Button("Save")).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    private static Task<AdServerHost> StartAsync() =>
        AdServerHost.StartAsync(new() { ["Access:Mode"] = "Tokens", ["Access:BootstrapToken"] = Root }, realTime: true);

    private static Task<CatalogScene> SceneAsync(AdServerHost host) => CatalogScene.MakeAsync((method, path, body) => SendAsync(host, method, path, body));

    /// <summary>Opens the page as whoever has a token: it goes along with everything that the browser asks.</summary>
    private async Task<Reader> OpenAsync(AdServerHost host, Screen screen, string place, object who)
    {
        var token = (await SendAsync(host, HttpMethod.Post, "/tokens", who)).Has(201).Json.Text("token");
        return await Reader.OpenAsync(browser, host.Client.BaseAddress!, place, screen, prepare: async reader =>
        {
            await reader.WithoutVideosAsync();
            await reader.Page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" });
        });
    }

    private static async Task<Answer> SendAsync(AdServerHost host, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Root);
        return await Answer.ReadAsync(await host.Client.SendAsync(request));
    }
}
