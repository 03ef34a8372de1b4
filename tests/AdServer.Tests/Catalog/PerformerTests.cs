using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>Advertisers: routes 1 to 3, and reading, changing and removing one.</summary>
public sealed class PerformerTests(SharedHost shared) : IClassFixture<SharedHost>
{
    [Theory]
    [InlineData("")]
    [InlineData("/api")]
    public async Task A_performer_is_created_found_and_listed(string prefix)
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host, prefix);
        var created = await host.PostAsync(prefix + "/performers", new { name = " Ann ", email = "Ann@example.com" });
        var id = created.Json.Text("performerId");

        created.Is(201, $$"""{"message":"Performer created","performerId":"{{id}}"}""");
        (await host.PostAsync(prefix + "/performers/check-email", new { email = "ann@EXAMPLE.com " })).Is(200, $$"""{"exists":true,"performerId":"{{id}}"}""");
        (await host.PostAsync(prefix + "/performers/check-email", new { email = "bob@example.com" })).Is(200, """{"exists":false}""");
        var ads = await portal.AddAdsAsync(2);
        var listed = Assert.Single((await portal.ReadAsync("/performers")).EnumerateArray());
        Assert.Equal((id, "Ann", "Ann@example.com"), (listed.Text("_id"), listed.Text("name"), listed.Text("email")));
        Assert.Equal(ads, listed.GetProperty("ads").EnumerateArray().Select(ad => ad.GetString()));
    }

    [Fact]
    public async Task The_portal_logs_in_by_the_name_Existing_User_and_changes_nothing()
    {
        await using var host = await AdServerHost.StartAsync();
        var id = await new Portal(host).SignUpAsync();

        var answer = await host.PostAsync("/api/performers", new { name = "Existing User", email = "ANN@example.com" });

        answer.Is(200, $$"""{"message":"Performer already exists","performerId":"{{id}}"}""");
        Assert.Equal("Ann", (await host.GetAsync($"/performers/{id}")).Json.Text("name"));
    }

    [Fact]
    public async Task Performers_are_listed_in_order_of_creation_with_an_empty_list_of_ads()
    {
        await using var host = await AdServerHost.StartAsync();
        (await host.GetAsync("/performers")).Is(200, "[]");
        string[] emails = ["z@example.com", "a@example.com", "m@example.com"];
        foreach (var email in emails)
        {
            await new Portal(host).SignUpAsync(email);
            host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var listed = (await host.GetAsync("/performers")).Json.EnumerateArray().ToList();

        Assert.Equal(emails, listed.Select(one => one.Text("email")));
        Assert.All(listed, one => Assert.Equal(0, one.GetProperty("ads").GetArrayLength()));
    }

    [Theory]
    [InlineData("""{"name":" Anna "}""", "Anna", "ann@example.com")]
    [InlineData("""{"email":"Anna@Example.com"}""", "Ann", "Anna@Example.com")]
    [InlineData("""{"name":"Anna","email":"anna@example.com"}""", "Anna", "anna@example.com")]
    [InlineData("""{"email":"ANN@example.com"}""", "Ann", "ANN@example.com")]
    [InlineData("""{"name":null,"unknown":5,"_id":"x"}""", "Ann", "ann@example.com")]
    public async Task A_change_shows_at_once_on_the_performer_and_on_its_ads(string change, string name, string email)
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        var id = await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();

        Assert.Equal(200, (await host.PutAsync($"/performers/{id}", change)).Status);

        var performer = await portal.ReadAsync($"/performers/{id}");
        Assert.Equal((name, email), (performer.Text("name"), performer.Text("email")));
        var served = (await new Sdk(host).AskAsync()).Json;
        Assert.All(
            [await portal.AdAsync(adId), served, (await portal.ReadAsync("/ads"))[0]],
            ad => Assert.Equal((name, email), (ad.Text("performerName"), ad.Text("performerEmail"))));
        (await host.PostAsync("/performers/check-email", new { email })).Is(200, $$"""{"exists":true,"performerId":"{{id}}"}""");
    }

    [Theory]
    [InlineData("[]", 400, "Invalid update data")]
    [InlineData("null", 400, "Invalid update data")]
    [InlineData("""{"name":" "}""", 400, "Name and email cannot be empty")]
    [InlineData("""{"name":7}""", 400, "name must be a string")]
    [InlineData("""{"email":"nonsense"}""", 400, "Invalid email format")]
    [InlineData("""{"email":"BOB@example.com"}""", 409, "Email already in use")]
    public async Task A_change_is_checked_like_a_sign_up(string change, int status, string error)
    {
        var portal = new Portal(shared.Host);
        var id = await portal.SignUpAsync();
        await portal.SignUpAsync("bob@example.com", "Bob");
        var before = (await shared.Host.GetAsync($"/performers/{id}")).Text;

        (await shared.Host.PutAsync($"/performers/{id}", change)).IsError(status, error);

        Assert.Equal(before, (await shared.Host.GetAsync($"/performers/{id}")).Text);
    }

    [Fact]
    public async Task Format_comes_before_existence_a_change_that_nobody_can_take_is_a_400_of_nobody_too()
    {
        (await shared.Host.PutAsync("/performers/nobody", """{"email":"nonsense"}""")).IsError(400, "Invalid email format");
        (await shared.Host.PutAsync("/performers/nobody", """{"email":"ann@example.com"}""")).IsError(404, "Performer not found");
    }

    [Fact]
    public async Task An_address_that_was_given_up_is_free()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        var id = await portal.SignUpAsync();
        await host.PutAsync($"/performers/{id}", new { email = "new@example.com" });

        Assert.NotEqual(id, await portal.SignUpAsync());
    }

    [Fact]
    public async Task A_performer_is_removed_once_its_ads_are()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        var id = await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();

        Assert.Equal(409, (await host.DeleteAsync($"/performers/{id}")).Status);
        Assert.Equal(200, (await host.GetAsync($"/performers/{id}")).Status);
        await portal.RemoveAsync(adId);
        Assert.Equal(200, (await host.DeleteAsync($"/performers/{id}")).Status);

        (await host.GetAsync("/performers")).Is(200, "[]");
        (await host.PostAsync("/performers/check-email", new { email = Portal.Email })).Is(200, """{"exists":false}""");
        (await host.PostAsync("/ads", Portal.NewAd())).IsError(404, "Performer not found");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PUT", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/stats")]
    [InlineData("GET", "/stats/daily")]
    public async Task An_unknown_performer_is_a_404(string method, string rest)
    {
        foreach (var id in new[] { "nobody", "019a0000-0000-7000-8000-000000000000", "%01", "%F0%9F%98%80", "'%20OR%201=1" })
        {
            (await shared.Host.SendAsync(new HttpMethod(method), $"/api/performers/{id}{rest}", method == "PUT" ? "{}" : null)).IsError(404, "Performer not found");
        }
    }
}
