using System.Net.Http.Json;
using AdServer.Access;
using AdServer.Common;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>A request that comes again with its <c>Idempotency-Key</c> creates nothing more, whatever became of it the first time.</summary>
public sealed class IdempotencyTests : IAsyncLifetime
{
    private readonly IdempotencyGate keys = new();
    private readonly AuditGate audit = new();
    private AdServerHost host = null!;

    /// <summary>What creates something, with a body, the list it is in, and the member that names it.</summary>
    public static TheoryData<string> Routes => ["/ads", "/performers", "/developers"];

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync(services: services =>
        {
            keys.Install(services);
            audit.Install(services);
        });
        await new Portal(host).SignUpAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_request_that_comes_again_is_answered_the_same_and_creates_nothing(string path)
    {
        var before = await CountAsync(path);
        var first = (await PostAsync(path, "key", Body(path))).Has(201);
        await host.RestartAsync();

        foreach (var again in new[] { path, $"/api{path}" })
        {
            Assert.Equal((201, first.Text), ((await PostAsync(again, "key", Body(path))).Status, (await PostAsync(again, "key", Body(path))).Text));
        }

        Assert.Equal(before + 1, await CountAsync(path));
        (await PostAsync(path, "key", Body(path, "Other"))).IsError(422, "This Idempotency-Key was used for another request");
        Assert.Equal(201, (await PostAsync(path, "other", Body(path, "Other"))).Status);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Killed_after_creating_and_before_remembering_it_is_not_created_again(string path)
    {
        var before = await CountAsync(path);
        keys.Forgets = true;
        var first = (await PostAsync(path, "key", Body(path))).Has(201);
        keys.Forgets = false;
        await host.RestartAsync();

        Assert.Equal(first.Text, (await PostAsync(path, "key", Body(path))).Has(201).Text);
        Assert.Equal(before + 1, await CountAsync(path));
        Assert.Single((await host.GetAsync("/audit")).Json.GetProperty("items").EnumerateArray(), entry =>
            entry.Text("action") == $"{path[1..^1]}.create" && first.Text.Contains(entry.GetProperty("object").Text("id"), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Killed_before_creating_it_is_created_once_under_the_identity_that_was_reserved(string path)
    {
        var before = await CountAsync(path);
        audit.IsAway = true;
        (await PostAsync(path, "key", Body(path))).Has(503);
        audit.IsAway = false;
        await host.RestartAsync();

        var first = (await PostAsync(path, "key", Body(path))).Has(201);

        Assert.Equal(first.Text, (await PostAsync(path, "key", Body(path))).Has(201).Text);
        Assert.Equal(before + 1, await CountAsync(path));
    }

    [Fact]
    public async Task Of_many_at_once_with_one_key_one_creates()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => PostAsync("/ads", "key", Body("/ads"))));

        Assert.Contains(answers, answer => answer.Status == 201);
        Assert.Single(answers.Where(answer => answer.Status == 201).Select(answer => answer.Json.Text("adId")).Distinct());
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsError(409, "A request with this Idempotency-Key is being worked on; try again"));
        Assert.Equal(1, await CountAsync("/ads"));
    }

    [Fact]
    public async Task An_ad_that_was_created_and_removed_is_not_created_again()
    {
        var first = (await PostAsync("/ads", "key", Body("/ads"))).Has(201);
        keys.Forgets = true;
        var second = (await PostAsync("/ads", "forgotten", Body("/ads"))).Has(201);
        keys.Forgets = false;
        (await host.DeleteAsync($"/ads/{first.Json.Text("adId")}")).Has(200);
        (await host.DeleteAsync($"/ads/{second.Json.Text("adId")}")).Has(200);

        Assert.Equal(first.Text, (await PostAsync("/ads", "key", Body("/ads"))).Has(201).Text);
        (await PostAsync("/ads", "forgotten", Body("/ads"))).IsError(409, "What this Idempotency-Key created has been removed");
        Assert.Equal(0, await CountAsync("/ads"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_secret_of_a_token_is_shown_once_and_a_repeat_names_the_token(bool isForgotten)
    {
        var body = new { name = "n", role = "analyst" };
        keys.Forgets = isForgotten;
        var made = (await PostAsync("/tokens", "key", body)).Has(201).Json;
        var id = made.GetProperty("details").Text("_id");
        var next = (await PostAsync($"/tokens/{id}/rotate", "key", new { graceSeconds = 60 })).Has(201).Json;
        keys.Forgets = false;
        await host.RestartAsync();

        foreach (var (path, asked, token) in new (string, object, string)[]
        {
            ("/tokens", body, id), ($"/tokens/{id}/rotate", new { graceSeconds = 60 }, next.GetProperty("details").Text("_id")),
        })
        {
            (await PostAsync(path, "key", asked)).IsError(
                409, $"This Idempotency-Key has made the token {token}; its secret was shown once. If it was lost, revoke that token and ask with another key");
        }

        Assert.Equal(2, await CountAsync("/tokens"));
        Assert.Equal(422, (await PostAsync($"/tokens/{id}/rotate", "key", new { graceSeconds = 61 })).Status);
    }

    [Fact]
    public async Task A_performer_that_was_there_is_found_again()
    {
        var body = new { name = "Another", email = Portal.Email };

        Assert.Equal((200, 200), ((await PostAsync("/performers", "key", body)).Status, (await PostAsync("/performers", "key", body)).Status));
    }

    [Fact]
    public async Task What_failed_may_succeed_when_it_comes_again()
    {
        var body = Portal.NewAd(email: "bob@example.com");
        Assert.Equal(404, (await PostAsync("/ads", "key", body)).Status);
        await new Portal(host).SignUpAsync("bob@example.com");

        Assert.Equal(201, (await PostAsync("/ads", "key", body)).Status);
    }

    [Fact]
    public async Task A_key_is_forgotten_after_a_day_and_not_before()
    {
        var first = (await PostAsync("/ads", "key", Body("/ads"))).Has(201).Text;
        host.Clock.Set(host.Clock.GetUtcNow().AddHours(24));
        await host.Get<KeySweepService>().SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(first, (await PostAsync("/ads", "key", Body("/ads"))).Text);

        host.Clock.Set(host.Clock.GetUtcNow().AddMilliseconds(1));
        await host.Get<KeySweepService>().SweepAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(first, (await PostAsync("/ads", "key", Body("/ads"))).Has(201).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("one, two")]
    public async Task A_key_that_is_none_is_refused_and_nothing_is_created(string key)
    {
        (await PostAsync("/ads", key, Body("/ads"))).IsError(400, "Invalid Idempotency-Key: 1 to 255 visible ASCII characters, without spaces");
        (await PostAsync("/ads", new string('k', 256), Body("/ads"))).Has(400);
        (await PostAsync("/ads", new string('k', 255), Body("/ads"))).Has(201);

        Assert.Equal(1, await CountAsync("/ads"));
    }

    [Fact]
    public async Task Who_has_too_many_keys_is_told_to_wait_and_may_ask_without_one()
    {
        var first = (await PostAsync("/ads", "old", Body("/ads"))).Has(201);
        keys.IsFull = true;

        var refused = await PostAsync("/ads", "new", Body("/ads"));

        refused.IsError(429, "10000 keys of yours are kept, each for 24 hours; send no Idempotency-Key, or wait");
        Assert.Equal("3600", refused.Header("Retry-After"));
        Assert.Equal(first.Text, (await PostAsync("/ads", "old", Body("/ads"))).Has(201).Text);
        Assert.Equal(201, (await host.PostAsync("/ads", Body("/ads"))).Status);
    }

    [Fact]
    public async Task A_key_belongs_to_its_caller_and_to_its_route()
    {
        await using var closed = await ClosedHost.StartAsync();
        var other = await closed.MakeTokenAsync("administrator");
        var body = new { name = "Dan", email = "dan@example.com" };

        foreach (var (token, path, status) in new[]
        {
            (ClosedHost.Root, "/developers", 201), (ClosedHost.Root, "/performers", 201), (other, "/developers", 200), (ClosedHost.Root, "/developers", 201),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: ApiJson.Options) };
            request.Headers.Authorization = new("Bearer", token);
            request.Headers.Add("Idempotency-Key", "key");
            Assert.Equal(status, (int)(await closed.Host.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        }
    }

    [Fact]
    public async Task No_key_is_kept_as_it_was_sent()
    {
        (await PostAsync("/ads", "a-key-of-some-caller", Body("/ads"))).Has(201);
        await host.StopAsync();

        foreach (var file in Directory.EnumerateFiles(host.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.False(bytes.AsSpan().IndexOf("a-key-of-some-caller"u8) >= 0, file);
        }
    }

    private static object Body(string path, string name = "Name") =>
        path == "/ads" ? Portal.NewAd(name) : new { name, email = $"{name}@example.com" };

    private async Task<int> CountAsync(string path) => (await host.GetAsync(path)).Has(200).Json.GetArrayLength();

    private async Task<Answer> PostAsync(string path, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: ApiJson.Options) };
        Assert.True(request.Headers.TryAddWithoutValidation("Idempotency-Key", key));
        return await Answer.ReadAsync(await host.Client.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
