using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace AdServer.PageTests;

/// <summary>A performer of a test's own and its ads, by the API, so that tests that share a server leave each other's alone.</summary>
internal sealed class CatalogScene
{
    private readonly Func<HttpMethod, string, object?, Task<Answer>> send;

    private CatalogScene(Func<HttpMethod, string, object?, Task<Answer>> send, string mark, string performer) =>
        (this.send, Mark, PerformerName) = (send, mark, performer);

    /// <summary>A word that stands in nothing that another test has made.</summary>
    public string Mark { get; }

    public string PerformerName { get; }

    public string Email => $"{Mark}@example.com";

    public string PerformerId { get; private set; } = string.Empty;

    public static Task<CatalogScene> MakeAsync(DemoHost demo, string? performer = null) => MakeAsync(demo.SendAsync, performer);

    /// <summary>Adds a performer of this name, or of one that says nothing.</summary>
    public static async Task<CatalogScene> MakeAsync(Func<HttpMethod, string, object?, Task<Answer>> send, string? performer = null)
    {
        var mark = $"m{Guid.NewGuid():N}"[..12];
        var scene = new CatalogScene(send, mark, performer ?? $"Company {mark}");
        var made = (await send(HttpMethod.Post, "/performers", new { name = scene.PerformerName, email = scene.Email })).Has(201);
        scene.PerformerId = made.Json.Text("performerId");
        return scene;
    }

    /// <summary>Adds an ad; its identity.</summary>
    public async Task<string> AddAdAsync(string name, string status = "active", string videoUrl = "https://example.com/video.mp4", object? packages = null)
    {
        var adDetails = new { videoUrl, targetUrl = "https://example.com/offer", budget = "medium", skipTime = 5, exitTime = 12.5 };
        var body = new { adName = name, performerEmail = Email, adDetails, status, packages };
        return (await send(HttpMethod.Post, "/ads", body)).Has(201).Json.Text("adId");
    }

    public async Task ChangeAsync(string path, object body) => (await send(HttpMethod.Put, path, body)).Has(200);

    public async Task<JsonElement> GetAsync(string path) => (await send(HttpMethod.Get, path, null)).Has(200).Json;

    public async Task<int> StatusOfAsync(string path) => (await send(HttpMethod.Get, path, null)).Status;

    /// <summary>How many ads the API finds for this.</summary>
    public async Task<int> CountAsync(string search) =>
        (await GetAsync($"/ads?search={Uri.EscapeDataString(search)}")).GetProperty("total").GetInt32();
}

/// <summary>What people find on the page, by what it is and what it is called.</summary>
internal static class Finds
{
    public static ILocator Button(this Reader reader, string name) => reader.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Link(this Reader reader, string name) => reader.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public static ILocator Heading(this Reader reader, string name) => reader.Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public static ILocator Field(this Reader reader, string label) => reader.Page.GetByLabel(label, new() { Exact = true });

    public static ILocator Text(this Reader reader, string text) => reader.Page.GetByText(text);

    /// <summary>The videos of ads are nowhere, which a browser says in its console.</summary>
    public static Task WithoutVideosAsync(this Reader reader)
    {
        reader.Expected.AddRange(["example.com", "ERR_FAILED"]);
        return reader.Page.RouteAsync("https://example.com/**", route => route.AbortAsync());
    }

    /// <summary>The row of a table that begins with this.</summary>
    public static ILocator Row(this Reader reader, string name) =>
        reader.Page.GetByRole(AriaRole.Row).Filter(new() { Has = reader.Page.GetByRole(AriaRole.Rowheader, new() { Name = name, Exact = true }) });

    /// <summary>What is said against a field, which a screen reader reads with it.</summary>
    public static async Task<string> FaultOfAsync(this Reader reader, string label)
    {
        var field = reader.Field(label);
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        var ids = (await field.GetAttributeAsync("aria-describedby"))!.Split(' ');
        Assert.NotEmpty(ids);
        return await reader.Page.Locator($"[id='{ids[^1]}']").InnerTextAsync();
    }
}
