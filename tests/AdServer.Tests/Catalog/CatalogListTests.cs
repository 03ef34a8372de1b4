using System.Text.Json;
using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>The lists of ads and performers: everything at once as older clients want it, or page by page.</summary>
public sealed class CatalogListTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const int Count = 7;

    [Theory]
    [InlineData("/ads", 1)]
    [InlineData("/ads", 3)]
    [InlineData("/ads", 7)]
    [InlineData("/ads", 1000)]
    [InlineData("/performers", 2)]
    [InlineData("/performers", 6)]
    public async Task The_pages_together_are_the_legacy_array(string list, int limit)
    {
        await using var host = await StartAsync();
        var whole = (await host.GetAsync(list)).Succeeds().EnumerateArray().Select(item => item.GetRawText());

        var pages = await PagesAsync(host, $"/api{list}?limit={limit}");

        Assert.Equal(whole, pages.SelectMany(page => page));
        Assert.All(pages.SkipLast(1), page => Assert.Equal(limit, page.Count));
        Assert.Equal((Count + limit - 1) / limit, pages.Count);
    }

    [Fact]
    public async Task Pages_follow_creation_and_survive_what_is_removed_between_them()
    {
        await using var host = await StartAsync();
        var all = (await host.GetAsync("/ads")).Json.EnumerateArray().Select(ad => ad.Text("_id")).ToList();
        var first = (await host.GetAsync("/ads?limit=3")).Succeeds();
        await new Portal(host).RemoveAsync(all[2]);

        var rest = (await host.GetAsync($"/ads?cursor={first.Text("nextCursor")}")).Succeeds().GetProperty("items");

        Assert.Equal(all[..3], first.GetProperty("items").EnumerateArray().Select(ad => ad.Text("_id")));
        Assert.Equal(all[3..], rest.EnumerateArray().Select(ad => ad.Text("_id")));
    }

    [Theory]
    [InlineData("limit=0", "Invalid limit: 1 to 1000")]
    [InlineData("limit=1001", "Invalid limit: 1 to 1000")]
    [InlineData("limit=-1", "Invalid limit: 1 to 1000")]
    [InlineData("limit=ten", "Invalid limit: 1 to 1000")]
    [InlineData("limit=99999999999", "Invalid limit: 1 to 1000")]
    [InlineData("cursor=%21", "Invalid cursor")]
    [InlineData("cursor=bm9uc2Vuc2U", "Invalid cursor")]
    [InlineData("limit=1&cursor=____", "Invalid cursor")]
    public async Task A_page_that_is_none_is_a_400(string query, string error)
    {
        foreach (var list in new[] { "/ads", "/performers", "/api/ads", "/api/performers" })
        {
            (await shared.Host.GetAsync($"{list}?{query}")).IsError(400, error);
        }
    }

    [Fact]
    public async Task Without_limit_and_cursor_the_answer_is_an_array()
    {
        await using var host = await AdServerHost.StartAsync();

        (await host.GetAsync("/ads")).Is(200, "[]");
        (await host.GetAsync("/ads?limit=&cursor=")).Is(200, "[]");
        Assert.Equal(0, (await host.GetAsync("/ads?limit=5")).Succeeds().GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_list_longer_than_what_is_read_at_once_is_complete()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        const int Many = 501;
        await Parallel.ForAsync(0, Many, TestContext.Current.CancellationToken, async (number, _) => await new Portal(host).AddAdAsync($"Ad {number}"));

        var names = (await host.GetAsync("/ads")).Succeeds().EnumerateArray().Select(ad => ad.Text("name")).ToHashSet();

        Assert.Equal(Many, names.Count);
    }

    /// <summary>A host with several ads of several performers, some made in the same millisecond.</summary>
    private static async Task<AdServerHost> StartAsync()
    {
        var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        for (var number = 0; number < Count; number++)
        {
            await portal.SignUpAsync($"performer{number}@example.com");
            await portal.AddAdAsync($"Ad {number}", email: $"performer{number / 2}@example.com");
            host.Clock.Advance(TimeSpan.FromMilliseconds(number % 2));
        }

        return host;
    }

    private static async Task<List<List<string>>> PagesAsync(AdServerHost host, string path)
    {
        var pages = new List<List<string>>();
        for (var (cursor, more) = ("", true); more;)
        {
            var page = (await host.GetAsync(path + cursor)).Succeeds();
            pages.Add([.. page.GetProperty("items").EnumerateArray().Select(item => item.GetRawText())]);
            more = page.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String;
            cursor = more ? $"&cursor={next.GetString()}" : "";
        }

        return pages;
    }
}
