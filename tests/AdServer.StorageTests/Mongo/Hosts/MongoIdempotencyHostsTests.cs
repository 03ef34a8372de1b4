using System.Net.Http.Json;
using AdServer.Common;
using AdServer.StorageTests.Mongo.Wire;
using AdServer.Tests;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>One key at several hosts creates one thing, also when a command was executed and nobody was told.</summary>
public sealed class MongoIdempotencyHostsTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();
    private AdServerHost one = null!;
    private AdServerHost other = null!;

    public async ValueTask InitializeAsync()
    {
        one = await StartAsync();
        other = await StartAsync();
        await new Portal(one).SignUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await one.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData("/ads")]
    [InlineData("/performers")]
    [InlineData("/developers")]
    [InlineData("/tokens")]
    public async Task Of_many_at_once_at_two_hosts_one_creates(string path)
    {
        var before = await CountAsync(path);

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => PostAsync(number % 2 == 0 ? one : other, path)));

        Assert.Contains(answers, answer => answer.Status == 201);
        Assert.All(answers, answer => Assert.True(answer.Status is 201 or 409, $"{answer.Status} {answer.Text}"));
        Assert.Single(answers.Where(answer => answer.Status == 201).Select(answer => answer.Text).Distinct());
        await other.RestartAsync();
        Assert.Equal(before + 1, await CountAsync(path));
    }

    [Theory]
    [InlineData("insert", "idempotency_keys", "/ads")]
    [InlineData("update", "idempotency_keys", "/ads")]
    [InlineData("insert", "ads", "/ads")]
    [InlineData("update", "ads", "/ads")]
    [InlineData("update", "performers", "/performers")]
    [InlineData("insert", "developers", "/developers")]
    [InlineData("insert", "audit", "/ads")]
    [InlineData("insert", "audit_ends", "/ads")]
    public async Task What_was_executed_and_not_answered_is_created_once(string verb, string collection, string path)
    {
        var before = await CountAsync(path);
        var rule = engine.Faults.Next(verb, collection, Fault.DropAfter);

        var first = (await PostAsync(one, path)).Has(201);

        Assert.Equal(1, rule.Count);
        Assert.Equal(first.Text, (await PostAsync(other, path)).Has(201).Text);
        Assert.Equal(before + 1, await CountAsync(path));
    }

    private Task<AdServerHost> StartAsync() => AdServerHost.StartAsync(new() { ["ConnectionStrings:MongoDb"] = engine.Uri, ["Storage:Deadline"] = "00:00:30" });

    private async Task<int> CountAsync(string path) => (await other.GetAsync(path)).Has(200).Json.GetArrayLength();

    private static object BodyOf(string path) => path switch
    {
        "/ads" => Portal.NewAd(),
        "/tokens" => new { name = "n", role = "analyst" },
        _ => new { name = "Bob", email = "bob@example.com" },
    };

    private static async Task<Answer> PostAsync(AdServerHost host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(BodyOf(path), options: ApiJson.Options) };
        request.Headers.Add("Idempotency-Key", "key");
        return await Answer.ReadAsync(await host.Client.SendAsync(request, Token));
    }
}
