using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Administrators: routes 4 and 5, the list, and removal.</summary>
public sealed class DeveloperTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/api")]
    public async Task A_developer_is_created_once_logs_in_is_listed_and_removed(string prefix)
    {
        await using var host = await AdServerHost.StartAsync();
        var created = await host.PostAsync(prefix + "/developers", new { name = "Dan", email = "Dan@example.com" });
        var id = created.Json.Text("developerId");

        created.Is(201, $$"""{"message":"Developer created","developerId":"{{id}}"}""");
        (await host.PostAsync(prefix + "/developers", new { name = "Other", email = "dan@EXAMPLE.com" }))
            .Is(200, $$"""{"message":"Developer already exists","developerId":"{{id}}"}""");
        (await host.PostAsync(prefix + "/developers/login", new { email = " DAN@example.com " }))
            .Is(200, $$"""{"exists":true,"developerId":"{{id}}"}""");
        (await host.GetAsync(prefix + "/developers"))
            .Is(200, $$"""[{"_id":"{{id}}","name":"Dan","email":"Dan@example.com","createdAt":"2026-11-21T10:00:00.000Z"}]""");

        Assert.Equal(200, (await host.DeleteAsync($"{prefix}/developers/{id}")).Status);
        (await host.DeleteAsync($"{prefix}/developers/{id}")).IsError(404, "Developer not found");
        (await host.PostAsync(prefix + "/developers/login", new { email = "dan@example.com" })).Is(404, """{"exists":false}""");
        (await host.GetAsync(prefix + "/developers")).Is(200, "[]");
    }

    [Fact]
    public async Task Developers_and_performers_are_different_people()
    {
        await using var host = await AdServerHost.StartAsync();
        await host.PostAsync("/performers", new { name = "Ann", email = "ann@example.com" });

        (await host.PostAsync("/developers/login", new { email = "ann@example.com" })).Is(404, """{"exists":false}""");
        Assert.Equal(201, (await host.PostAsync("/developers", new { name = "Ann", email = "ann@example.com" })).Status);
    }

    [Fact]
    public async Task An_address_that_was_removed_can_sign_up_again()
    {
        await using var host = await AdServerHost.StartAsync();
        var dan = new { name = "Dan", email = "dan@example.com" };
        var first = (await host.PostAsync("/developers", dan)).Json.Text("developerId");
        await host.DeleteAsync($"/developers/{first}");

        var second = await host.PostAsync("/developers", dan);

        Assert.Equal(201, second.Status);
        Assert.NotEqual(first, second.Json.Text("developerId"));
    }
}
