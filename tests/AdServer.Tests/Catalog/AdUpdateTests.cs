using System.Text.Json;
using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>PUT and DELETE <c>/ads/{id}</c> (routes 10 and 11): what an edit changes, what it never changes, and who sees it when.</summary>
public sealed class AdUpdateTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const string Name = "Spring sale";

    /// <summary>The two names in a change of an ad called <c>Spring sale</c>, and the name it has then.</summary>
    public static TheoryData<string, string> Names => new()
    {
        { """{"adName":"New"}""", "New" },
        { """{"name":"New"}""", "New" },
        { """{"adName":" New "}""", "New" },
        { """{"adName":"New","name":"Spring sale"}""", "New" },
        { """{"adName":"Spring sale","name":"New"}""", "New" },
        { """{"adName":"New","name":"Newer"}""", "New" },
        { """{"adName":"New","name":null}""", "New" },
        { """{"adName":null,"name":"New"}""", "New" },
        { """{"adName":"Spring sale","name":"Spring sale"}""", Name },
        { "{}", Name },
        { """{"adName":null}""", Name },
    };

    /// <summary>Changes that are refused, and why.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "[]", "Invalid update data" },
        { "null", "Invalid update data" },
        { "5", "Invalid update data" },
        { "\"x\"", "Invalid update data" },
        { """{"adDetails":{"skipTime":-1}}""", "Invalid skipTime or exitTime" },
        { """{"adDetails":{"exitTime":"inf"}}""", "Invalid skipTime or exitTime" },
        { """{"adDetails":{"exitTime":"1","skipTime":"x","budget":"huge"}}""", "Invalid skipTime or exitTime" },
        { """{"adDetails":{"videoUrl":"httpfoo:bar"}}""", "Invalid URLs" },
        { """{"adDetails":{"targetUrl":"javascript:alert(1)","budget":"huge"}}""", "Invalid URLs" },
        { """{"adDetails":{"budget":"huge"}}""", "Invalid budget" },
        { """{"adName":7}""", "adName must be a string" },
        { """{"name":"a\u0000"}""", "name must not contain control characters" },
        { """{"status":"gone"}""", "Invalid status: active or paused" },
        { """{"startsAt":"2026-12-02","endsAt":"2026-12-01"}""", "endsAt must be after startsAt" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Either_name_renames_and_both_are_read_back(string change, string name)
    {
        var portal = new Portal(shared.Host);
        var adId = await portal.AddAdAsync(Name);

        (await shared.Host.PutAsync($"/api/ads/{adId}", change)).Is(200, """{"message":"Ad updated"}""");

        var ad = await portal.AdAsync(adId);
        Assert.Equal((name, name), (ad.Text("name"), ad.Text("adName")));
    }

    [Fact]
    public async Task The_portal_sends_everything_it_knows_and_only_the_ad_changes()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        await portal.SignUpAsync("bob@example.com", "Bob");
        await host.PostAsync("/developers", new { name = "Dan", email = "dan@example.com" });
        var adId = await portal.AddAdAsync(Name);
        var before = await portal.AdAsync(adId);
        host.Clock.Advance(TimeSpan.FromSeconds(5));

        foreach (var whoever in new[] { "dan@example.com", "bob@example.com", "nobody@example.com" })
        {
            var change = new
            {
                _id = "other",
                adName = "New",
                name = Name,
                performerId = "other",
                performerName = "Other",
                performerEmail = whoever,
                createdAt = "2001-01-01",
                updatedAt = "2001-01-01",
                removedAt = "2001-01-01",
                hacked = true,
                adDetails = new { skipTime = "7.5", exitTime = 30, clicks = 9 },
            };
            (await host.PutAsync($"/api/ads/{adId}", change)).Is(200, """{"message":"Ad updated"}""");
        }

        var after = await portal.AdAsync(adId);
        Assert.Equal(before.Members(), after.Members());
        Assert.All(
            ["_id", "performerId", "performerName", "performerEmail", "createdAt", "status"],
            member => Assert.Equal(before.Text(member), after.Text(member)));
        Assert.Equal(("New", "2026-11-21T10:00:05.000Z"), (after.Text("name"), after.Text("updatedAt")));
        Assert.True(JsonElement.DeepEquals(
            JsonDocument.Parse("""
                {"videoUrl":"https://cdn.example.com/video.mp4","targetUrl":"https://shop.example.com/","budget":"low","skipTime":7.5,"exitTime":30}
                """).RootElement,
            after.GetProperty("adDetails")));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_change_is_checked_like_a_new_ad_and_is_all_or_nothing(string change, string error)
    {
        var before = (await shared.Host.GetAsync($"/ads/{shared.AdId}")).Text;

        (await shared.Host.PutAsync($"/ads/{shared.AdId}", change)).IsError(400, error);

        Assert.Equal(before, (await shared.Host.GetAsync($"/ads/{shared.AdId}")).Text);
    }

    [Fact]
    public async Task Format_comes_before_existence_a_change_that_no_ad_can_take_is_a_400_of_no_ad_too()
    {
        (await shared.Host.PutAsync("/ads/unknown", """{"adDetails":{"budget":"huge"}}""")).IsError(400, "Invalid budget");
        (await shared.Host.PutAsync("/ads/unknown", """{"adName":" "}""")).IsError(400, "adName cannot be empty");
        (await shared.Host.PutAsync("/ads/unknown", """{"adDetails":{"budget":"high"}}""")).IsError(404, "Ad not found");
    }

    [Fact]
    public async Task A_change_of_no_ad_is_a_404_but_for_what_is_no_change()
    {
        (await shared.Host.PutAsync("/ads/unknown", "{}")).IsError(404, "Ad not found");
        (await shared.Host.PutAsync("/api/ads/unknown", "[]")).IsError(400, "Invalid update data");
        (await shared.Host.PutAsync("/api/ads/random", "{}")).IsError(404, "Ad not found");
    }

    [Fact]
    public async Task Parallel_changes_of_different_fields_are_all_kept()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();

        await Task.WhenAll(
            portal.ChangeAsync(adId, new { adName = "New" }),
            portal.ChangeAsync(adId, new { adDetails = new { budget = "high" } }),
            portal.ChangeAsync(adId, new { adDetails = new { skipTime = 1 } }),
            portal.ChangeAsync(adId, new { adDetails = new { exitTime = "2" } }));

        var ad = await portal.AdAsync(adId);
        var details = ad.GetProperty("adDetails");
        Assert.Equal(("New", "high", 1, 2), (ad.Text("name"), details.Text("budget"), details.Number("skipTime"), details.Number("exitTime")));
    }

    [Fact]
    public async Task Many_changes_of_one_ad_at_once_all_succeed()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(number => host.PutAsync($"/ads/{adId}", new { adDetails = new { skipTime = number } })));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public async Task Whoever_creates_edits_or_deletes_reads_their_own_write()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        await portal.SignUpAsync();
        for (var round = 0; round < 10; round++)
        {
            var adId = await portal.AddAdAsync($"Ad {round}");
            Assert.Equal($"Ad {round}", Assert.Single((await portal.ReadAsync("/ads")).EnumerateArray()).Text("adName"));

            await portal.ChangeAsync(adId, new { adName = "Edited" });
            Assert.Equal("Edited", Assert.Single((await portal.ReadAsync("/ads")).EnumerateArray()).Text("adName"));
            var served = (await new Sdk(host).AskAsync()).Succeeds();
            Assert.Equal((adId, "Edited"), (served.Text("_id"), served.Text("name")));

            (await host.DeleteAsync($"/api/ads/{adId}")).Is(200, """{"message":"Ad and related data deleted successfully"}""");
            Assert.Empty((await portal.ReadAsync("/ads")).EnumerateArray());
            Assert.Equal(204, (await new Sdk(host).AskAsync()).Status);
        }
    }

    [Fact]
    public async Task A_removed_ad_is_gone_for_every_route()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        var performerId = await portal.SignUpAsync();
        var (gone, stays) = (await portal.AddAdAsync("gone"), await portal.AddAdAsync("stays"));
        await new Sdk(host).ReportsAsync(gone);
        await portal.RemoveAsync(gone);

        foreach (var path in new[] { "", "/stats", "/stats/daily" })
        {
            (await host.GetAsync($"/ads/{gone}{path}")).IsError(404, "Ad not found");
        }

        (await host.DeleteAsync($"/ads/{gone}")).IsError(404, "Ad not found");
        (await host.PutAsync($"/ads/{gone}", "{}")).IsError(404, "Ad not found");
        (await new Sdk(host).SendAsync(gone)).IsError(404, "Ad not found");
        Assert.Equal([stays], (await portal.ReadAsync("/ads")).EnumerateArray().Select(ad => ad.Text("_id")));
        Assert.Equal([stays], (await portal.ReadAsync($"/performers/{performerId}")).GetProperty("ads").EnumerateArray().Select(ad => ad.GetString()));
    }
}
