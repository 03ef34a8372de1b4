using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>A change may name the version that it was made from; then one that came too late is refused.</summary>
public sealed class EntityTagTests : IAsyncLifetime
{
    private AdServerHost host = null!;
    private string ad = null!;
    private string performer = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        performer = $"/performers/{await portal.SignUpAsync()}";
        ad = $"/ads/{await portal.AddAdAsync()}";
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_change_of_what_was_read_is_made_and_one_of_what_has_changed_since_is_not()
    {
        foreach (var path in new[] { ad, performer })
        {
            var read = (await host.GetAsync(path)).Header("ETag")!;

            Assert.Matches("^\"[0-9.]+\"$", read);
            Assert.Equal(200, (await PutAsync(path, read, "first")).Status);
            (await PutAsync(path, read, "second")).IsError(412, "It was changed meanwhile; read it again");
            Assert.Equal("first", (await host.GetAsync(path)).Json.Text("name"));
            Assert.NotEqual(read, (await host.GetAsync(path)).Header("ETag"));
        }
    }

    [Theory]
    [InlineData("*", 200)]
    [InlineData("\"99\", \"1\"", 200)]
    [InlineData("\"1.7.9\"", 200)]
    [InlineData("\"99\"", 412)]
    [InlineData("W/\"1\"", 412)]
    [InlineData("1", 412)]
    [InlineData("\"\"", 412)]
    [InlineData("\"-1\"", 412)]
    public async Task Any_of_several_tags_will_do_and_a_weak_one_or_none_at_all_will_not(string tags, int status) =>
        Assert.Equal((status, status), ((await PutAsync(ad, tags, "new")).Status, (await PutAsync(performer, tags, "new")).Status));

    [Fact]
    public async Task Without_a_condition_a_change_is_made_as_it_always_was()
    {
        Assert.Equal(200, (await PutAsync(ad, null, "first")).Status);
        Assert.Equal(200, (await PutAsync(ad, null, "second")).Status);
    }

    [Fact]
    public async Task The_tag_of_an_ad_changes_with_the_name_of_its_performer_which_it_shows()
    {
        var before = (await host.GetAsync(ad)).Header("ETag");
        await PutAsync(performer, null, "Anna");
        var after = (await host.GetAsync(ad)).Header("ETag")!;

        Assert.NotEqual(before, after);
        Assert.Equal(200, (await PutAsync(ad, before, "by who saw the ad, if not the name")).Status);
    }

    [Fact]
    public async Task An_ad_that_has_changed_is_not_removed()
    {
        var read = (await host.GetAsync(ad)).Header("ETag")!;
        await PutAsync(ad, null, "new");

        Assert.Equal(412, (await SendAsync(HttpMethod.Delete, ad, read, null)).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Delete, ad, (await host.GetAsync(ad)).Header("ETag"), null)).Status);
        Assert.Equal(404, (await SendAsync(HttpMethod.Delete, ad, "*", null)).Status);
    }

    [Fact]
    public async Task A_performer_that_has_changed_is_not_removed()
    {
        (await host.DeleteAsync(ad)).Has(200);
        var read = (await host.GetAsync(performer)).Header("ETag")!;
        await PutAsync(performer, null, "new");

        Assert.Equal(412, (await SendAsync(HttpMethod.Delete, performer, read, null)).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Delete, performer, (await host.GetAsync(performer)).Header("ETag"), null)).Status);
        Assert.Equal(404, (await SendAsync(HttpMethod.Delete, performer, "*", null)).Status);
    }

    [Fact]
    public async Task Of_a_change_and_a_removal_of_one_version_that_come_at_once_one_is_made()
    {
        foreach (var _ in Enumerable.Range(0, 8))
        {
            var one = $"/ads/{await new Portal(host).AddAdAsync()}";
            var read = (await host.GetAsync(one)).Header("ETag")!;

            var answers = await Task.WhenAll(PutAsync(one, read, "new"), SendAsync(HttpMethod.Delete, one, read, null));

            Assert.True((answers[0].Status, answers[1].Status) is (200, 412) or (404, 200), $"{answers[0].Status} {answers[1].Status}");
        }
    }

    private Task<Answer> PutAsync(string path, string? tags, string name) => SendAsync(HttpMethod.Put, path, tags, $$"""{"name":"{{name}}"}""");

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? tags, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        if (tags is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("If-Match", tags));
        }

        return await Answer.ReadAsync(await host.Client.SendAsync(request));
    }
}
