using System.Text.Json;

namespace AdServer.Tests;

/// <summary>
/// An advertiser at the portal, who manages ads and reads statistics:
/// <code>
/// var portal = new Portal(host);
/// var performerId = await portal.SignUpAsync();
/// var adId = await portal.AddAdAsync(budget: "high");
/// </code>
/// What it is asked for must succeed; a test of failures talks to the host.
/// </summary>
internal sealed class Portal(AdServerHost host, string prefix = "/api")
{
    /// <summary>The address of whoever is logged in, unless a test says otherwise.</summary>
    public const string Email = "ann@example.com";

    public async Task<string> SignUpAsync(string email = Email, string name = "Ann") =>
        (await host.PostAsync(prefix + "/performers", new { name, email })).Succeeds().GetProperty("performerId").GetString()!;

    public async Task<string> AddAdAsync(string name = "Ad", string budget = "low", string email = Email) =>
        (await host.PostAsync(prefix + "/ads", NewAd(name, budget, email))).Succeeds().GetProperty("adId").GetString()!;

    /// <summary>Adds so many ads, one after another, and returns their identities in order of creation.</summary>
    public async Task<IReadOnlyList<string>> AddAdsAsync(int count)
    {
        var ads = new List<string>();
        while (ads.Count < count)
        {
            host.Clock.Advance(TimeSpan.FromMilliseconds(1));
            ads.Add(await AddAdAsync($"Ad {ads.Count}"));
        }

        return ads;
    }

    public async Task ChangeAsync(string adId, object change) => (await host.PutAsync($"{prefix}/ads/{adId}", change)).Succeeds();

    public async Task RemoveAsync(string adId) => (await host.DeleteAsync($"{prefix}/ads/{adId}")).Succeeds();

    /// <summary>Reads a page of the API.</summary>
    public async Task<JsonElement> ReadAsync(string path) => (await host.GetAsync(prefix + path)).Succeeds();

    public Task<JsonElement> AdAsync(string adId) => ReadAsync($"/ads/{adId}");

    /// <summary>The numbers of an ad.</summary>
    public async Task<JsonElement> AdStatsAsync(string adId, string query = "") =>
        (await ReadAsync($"/ads/{adId}/stats{query}")).GetProperty("adStats");

    public static object NewAd(string name = "Ad", string budget = "low", string email = Email) => new
    {
        adName = name,
        performerEmail = email,
        adDetails = new
        {
            videoUrl = "https://cdn.example.com/video.mp4",
            targetUrl = "https://shop.example.com/",
            budget,
            skipTime = 5,
            exitTime = 30,
        },
    };
}
