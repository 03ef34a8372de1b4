using AdServer.Access;
using AdServer.Tests;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>A token that one host makes or revokes is known to the others after their next look, which they take each second.</summary>
public sealed class MongoTokenHostsTests : IAsyncLifetime
{
    private const string Root = "the-administrators-token-of-this-test";

    private readonly MongoEngine engine = new();
    private AdServerHost one = null!;
    private AdServerHost other = null!;

    public async ValueTask InitializeAsync()
    {
        one = await StartAsync();
        other = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await one.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task A_token_that_is_made_revoked_or_rotated_on_one_host_is_known_to_the_other_after_its_next_look()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), other.Get<AccessSettings>().PollEvery);
        var made = (await SendAsync(one, Root, HttpMethod.Post, "/tokens", """{"name":"n","role":"analyst"}""")).Has(201).Json;
        var (secret, id) = (made.Text("token"), made.GetProperty("details").Text("_id"));
        Assert.Equal((200, 401), (await StatusAsync(one, secret), await StatusAsync(other, secret)));

        await LookAsync();
        Assert.Equal(200, await StatusAsync(other, secret));

        var next = (await SendAsync(one, Root, HttpMethod.Post, $"/tokens/{id}/rotate", """{"graceSeconds":0}""")).Has(201).Json;
        await LookAsync();
        Assert.Equal((401, 200), (await StatusAsync(other, secret), await StatusAsync(other, next.Text("token"))));

        (await SendAsync(one, Root, HttpMethod.Delete, $"/tokens/{next.GetProperty("details").Text("_id")}")).Has(200);
        await LookAsync();
        Assert.Equal(401, await StatusAsync(other, next.Text("token")));
    }

    [Fact]
    public async Task When_a_token_was_used_on_one_host_is_listed_by_the_other()
    {
        var made = (await SendAsync(one, Root, HttpMethod.Post, "/tokens", """{"name":"n","role":"analyst"}""")).Has(201).Json;
        await LookAsync();
        one.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, await StatusAsync(one, made.Text("token")));
        await one.StopAsync();
        await LookAsync();

        var listed = (await SendAsync(other, Root, HttpMethod.Get, "/tokens")).Has(200).Json.EnumerateArray()
            .Single(token => token.Text("_id") == made.GetProperty("details").Text("_id"));

        Assert.Equal(one.Clock.GetUtcNow(), listed.GetProperty("lastUsedAt").GetDateTimeOffset());
    }

    private Task<AdServerHost> StartAsync() => AdServerHost.StartAsync(new()
    {
        ["ConnectionStrings:MongoDb"] = engine.Uri,
        ["Access:Mode"] = "Tokens",
        ["Access:BootstrapToken"] = Root,
    });

    private Task<bool> LookAsync() => other.Get<TokenRefresher>().PollAsync(Token);

    private static async Task<int> StatusAsync(AdServerHost host, string secret) => (await SendAsync(host, secret, HttpMethod.Get, "/stats")).Status;

    private static async Task<Answer> SendAsync(AdServerHost host, string secret, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", secret);
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(await host.Client.SendAsync(request, Token));
    }
}
