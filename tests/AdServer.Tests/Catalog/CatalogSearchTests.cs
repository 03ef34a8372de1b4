using System.Text.Json;
using AdServer.Tests.Access;
using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>The lists of ads and performers as people use them: searched, filtered, sorted, page by page.</summary>
public sealed class CatalogSearchTests(CatalogSearchTests.Scene scene) : IClassFixture<CatalogSearchTests.Scene>
{
    [Theory]
    [InlineData("search=SUMMER", "Summer sale,summer end")]
    [InlineData("search=zoe", "Winter,Spring")]
    [InlineData("search=Zoe%40Shop", "Winter,Spring")]
    [InlineData("search={Winter}", "Winter")]
    [InlineData("search={Winter}x", "")]
    [InlineData("search=%25", "")]
    [InlineData("status=paused", "Spring")]
    [InlineData("status=Active", "Summer sale,summer end,Winter")]
    [InlineData("status=scheduled", "Winter")]
    [InlineData("status=ended", "summer end")]
    [InlineData("performerId={zoe@shop.example}", "Winter,Spring")]
    [InlineData("performerId=none", "")]
    [InlineData("search=sp&status=paused&performerId={zoe@shop.example}", "Spring")]
    [InlineData("sort=name", "Spring,summer end,Summer sale,Winter")]
    [InlineData("sort=-name", "Winter,Summer sale,summer end,Spring")]
    [InlineData("sort=createdAt", "Summer sale,summer end,Winter,Spring")]
    [InlineData("sort=-createdAt", "Spring,Winter,summer end,Summer sale")]
    [InlineData("sort=budget", "Summer sale,Winter,summer end,Spring")]
    [InlineData("sort=-status", "Spring,Winter,summer end,Summer sale")]
    [InlineData("sort=performer", "Summer sale,summer end,Winter,Spring")]
    [InlineData("sort=-performer&search=e", "Spring,Winter,summer end,Summer sale")]
    public async Task Ads_are_found_and_sorted(string query, string expected)
    {
        var whole = await scene.AskAsync($"/ads?{query}");
        var pages = await scene.PagesAsync($"/ads?{query}&limit=1");

        Assert.Equal(expected, Names(whole.GetProperty("items")));
        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries).Length, whole.Number("total"));
        Assert.Equal(expected, string.Join(',', pages.Select(page => Names(page.GetProperty("items"))).Where(name => name.Length > 0)));
        Assert.All(pages, page => Assert.Equal(whole.Number("total"), page.Number("total")));
    }

    [Theory]
    [InlineData("sort=name", "Ann,Zoe")]
    [InlineData("sort=-name", "Zoe,Ann")]
    [InlineData("sort=email", "Ann,Zoe")]
    [InlineData("sort=-createdAt", "Zoe,Ann")]
    [InlineData("search=SHOP.example", "Zoe")]
    [InlineData("search=z", "Zoe")]
    [InlineData("search={ann@example.com}", "Ann")]
    public async Task Performers_are_found_and_sorted(string query, string expected)
    {
        var whole = await scene.AskAsync($"/performers?{query}");

        Assert.Equal(expected, Names(whole.GetProperty("items")));
        Assert.Equal(expected, string.Join(',', (await scene.PagesAsync($"/performers?{query}&limit=1")).Select(page => Names(page.GetProperty("items")))));
    }

    [Theory]
    [InlineData("/ads")]
    [InlineData("/performers")]
    public async Task An_item_is_the_same_as_in_the_list_of_older_clients(string list)
    {
        var old = (await scene.Host.GetAsync(list)).Succeeds();

        var items = (await scene.AskAsync($"{list}?sort=createdAt")).GetProperty("items");

        Assert.Equal(old.GetRawText(), items.GetRawText());
    }

    [Theory]
    [InlineData("/ads")]
    [InlineData("/performers")]
    public async Task What_is_blank_is_absent(string list)
    {
        var old = await scene.Host.GetAsync(list);

        foreach (var query in new[] { "search=", "search=%20", "sort=%20", "search=%09&sort=", "status=%20&performerId=&search=%20&sort=%20" })
        {
            (await scene.Host.GetAsync($"{list}?{query}")).Is(200, old.Text);
        }
    }

    [Theory]
    [InlineData("/ads?sort=colour", "Invalid sort: createdAt, name, budget, status, performer; with - before it descending")]
    [InlineData("/performers?sort=budget", "Invalid sort: createdAt, name, email; with - before it descending")]
    [InlineData("/ads?status=gone", "Invalid status: active, paused, scheduled, ended")]
    [InlineData("/ads?sort=name&limit=1001", "Invalid limit: 1 to 1000")]
    [InlineData("/ads?sort=name&cursor=!", "Invalid cursor")]
    [InlineData("/ads?sort=name&cursor=bm9uc2Vuc2U", "Invalid cursor")]
    [InlineData("/ads?sort=name&cursor=MTcwMDAwMDAwMDAwMC4x", "Invalid cursor")]
    [InlineData("/performers?search=a&cursor=bm9uc2Vuc2U", "Invalid cursor")]
    [InlineData("/ads?search=a%00b", "search must not contain control characters")]
    public async Task What_cannot_be_listed_is_a_400_that_says_what_can(string path, string error) =>
        (await scene.Host.GetAsync(path)).IsError(400, error);

    [Fact]
    public async Task A_cursor_leads_on_in_its_own_list_alone()
    {
        var found = Uri.EscapeDataString((await scene.AskAsync("/ads?sort=createdAt&limit=1")).Text("nextCursor"));
        var old = Uri.EscapeDataString((await scene.AskAsync("/ads?limit=1")).Text("nextCursor"));

        foreach (var path in new[] { $"/ads?cursor={found}", $"/ads?sort=-createdAt&cursor={found}", $"/ads?sort=name&cursor={found}", $"/ads?sort=createdAt&cursor={old}" })
        {
            (await scene.Host.GetAsync(path)).IsError(400, "Invalid cursor");
        }
    }

    [Fact]
    public async Task What_was_changed_is_found_at_once_and_what_was_removed_is_not()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var ads = await portal.AddAdsAsync(3);
        var first = (await host.GetAsync("/ads?sort=name&limit=1")).Succeeds();

        await portal.RemoveAsync(ads[0]);
        await portal.ChangeAsync(ads[2], new { name = "Ad 2 anew" });
        await portal.AddAdAsync("Aardvark");
        var rest = (await host.GetAsync($"/ads?sort=name&cursor={Uri.EscapeDataString(first.Text("nextCursor"))}")).Succeeds();

        Assert.Equal("Ad 0", Names(first.GetProperty("items")));
        Assert.Equal(("Ad 1,Ad 2 anew", 3), (Names(rest.GetProperty("items")), rest.Number("total")));
    }

    [Fact]
    public async Task An_advertiser_finds_its_own_alone()
    {
        await using var closed = await ClosedHost.StartAsync();
        var own = await closed.AddPerformerAsync("ann@example.com");
        var other = await closed.AddPerformerAsync("bob@example.com");
        var ad = await closed.AddAdAsync("ann@example.com");
        await closed.AddAdAsync("bob@example.com");
        var token = await closed.MakeTokenAsync("advertiser", new { performerId = own });

        Assert.Equal([ad], await IdsAsync("/ads?sort=-name"));
        Assert.Equal([own], await IdsAsync("/performers?search=example.com"));
        Assert.Empty(await IdsAsync($"/ads?performerId={other}"));
        Assert.Empty(await IdsAsync("/performers?search=bob"));

        async Task<IEnumerable<string>> IdsAsync(string path) =>
            (await closed.GetAsync(token, path)).Has(200).Json.GetProperty("items").EnumerateArray().Select(item => item.Text("_id"));
    }

    private static string Names(JsonElement items) => string.Join(',', items.EnumerateArray().Select(item => item.Text("name")));

    /// <summary>Two performers with two ads each.</summary>
    public sealed class Scene : IAsyncLifetime
    {
        private readonly Dictionary<string, string> ids = [];
        private AdServerHost? host;

        internal AdServerHost Host => host ?? throw HostStore.Missing!;

        public async ValueTask InitializeAsync()
        {
            if (HostStore.Missing is not null)
            {
                return;
            }

            host = await AdServerHost.StartAsync();
            await AddPerformerAsync("ann@example.com", "Ann");
            await AddAdAsync("Summer sale", "low", "ann@example.com");
            await AddAdAsync("summer end", "medium", "ann@example.com", new { endsAt = host.Clock.GetUtcNow().AddDays(-1) });
            await AddPerformerAsync("zoe@shop.example", "Zoe");
            await AddAdAsync("Winter", "low", "zoe@shop.example", new { startsAt = host.Clock.GetUtcNow().AddDays(1) });
            await AddAdAsync("Spring", "high", "zoe@shop.example", new { status = "paused" });
        }

        public ValueTask DisposeAsync() => host?.DisposeAsync() ?? default;

        /// <summary>Asks; a name or an address in braces stands for an identity.</summary>
        internal async Task<JsonElement> AskAsync(string path) =>
            (await Host.GetAsync(ids.Aggregate(path, (text, known) => text.Replace($"{{{known.Key}}}", known.Value, StringComparison.Ordinal)))).Succeeds();

        internal async Task<List<JsonElement>> PagesAsync(string path)
        {
            List<JsonElement> pages = [await AskAsync(path)];
            while (pages[^1].GetProperty("nextCursor").GetString() is { } next)
            {
                pages.Add(await AskAsync($"{path}&cursor={Uri.EscapeDataString(next)}"));
            }

            return pages;
        }

        private async Task AddPerformerAsync(string email, string name)
        {
            Host.Clock.Advance(TimeSpan.FromMilliseconds(1));
            ids[email] = await new Portal(Host).SignUpAsync(email, name);
        }

        private async Task AddAdAsync(string name, string budget, string email, object? change = null)
        {
            Host.Clock.Advance(TimeSpan.FromMilliseconds(1));
            ids[name] = await new Portal(Host).AddAdAsync(name, budget, email);
            if (change is not null)
            {
                await new Portal(Host).ChangeAsync(ids[name], change);
            }
        }
    }
}
