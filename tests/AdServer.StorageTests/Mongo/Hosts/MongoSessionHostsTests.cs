using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.StorageTests.Mongo.Wire;
using AdServer.Tests;
using AdServer.Tests.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>People sign in on one host and are served by another; and what they do is done once, whatever becomes of the answers of MongoDB.</summary>
public sealed class MongoSessionHostsTests : IAsyncLifetime
{
    private const string Ann = "ann@example.com";
    private const string Password = "correct horse battery";

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
    public async Task Who_signs_in_on_one_host_is_known_to_the_other_at_once_and_signed_out_there_after_its_next_look()
    {
        await AddAnnAsync();
        var cookie = await SignInAsync(one);

        Assert.Equal(200, await StatusAsync(other, cookie));
        Assert.Equal(200, (await SendAsync(one, cookie, HttpMethod.Delete, "/sessions/current")).Status);
        await other.Get<TokenRefresher>().PollAsync(Token);
        Assert.Equal(401, await StatusAsync(other, cookie));
    }

    [Fact]
    public async Task A_link_that_two_hosts_get_in_the_same_moment_works_once_and_ends_sessions_of_both()
    {
        var id = await AddAnnAsync();
        var (first, second) = (await SignInAsync(one), await SignInAsync(other));
        var link = await InviteAsync(id);

        var answers = await Task.WhenAll(
            SendAsync(one, null, HttpMethod.Post, "/sign-in/password", new { link, password = "the password of one" }),
            SendAsync(other, null, HttpMethod.Post, "/sign-in/password", new { link, password = "the password of two" }));

        Assert.Equal([200, 404], answers.Select(answer => answer.Status).Order());
        await one.Get<TokenRefresher>().PollAsync(Token);
        await other.Get<TokenRefresher>().PollAsync(Token);
        foreach (var cookie in new[] { first, second })
        {
            Assert.Equal((401, 401), (await StatusAsync(one, cookie), await StatusAsync(other, cookie)));
        }
    }

    [Fact]
    public async Task A_session_that_is_used_on_one_host_is_not_idle_on_the_other()
    {
        await AddAnnAsync();
        var cookie = await SignInAsync(one);
        Assert.Equal(200, await StatusAsync(other, cookie));
        for (var hop = 0; hop < 3; hop++)
        {
            one.Clock.Advance(TimeSpan.FromMinutes(20));
            Assert.Equal(200, await StatusAsync(one, cookie));
            await one.Get<ITokenStore>().NoteUsesAsync(one.Get<TokenDirectory>().TakeUses(), Token);
            await other.Get<TokenRefresher>().PollAsync(Token);
            other.Clock.Set(one.Clock.GetUtcNow());
        }

        Assert.Equal(200, await StatusAsync(other, cookie));
    }

    [Theory]
    [InlineData("credentials")]
    [InlineData("tokens")]
    public async Task A_write_whose_answer_is_lost_is_made_once_and_answered(string collection)
    {
        var id = await AddAnnAsync();
        var link = await LosingAsync(collection == "credentials" ? collection : null, () => InviteAsync(id));
        await LosingAsync(collection, async () => (await SendAsync(one, null, HttpMethod.Post, "/sign-in/password", new { link, password = "another password" })).Has(200));
        var cookie = await LosingAsync(collection == "tokens" ? collection : null, () => SignInAsync(one, "another password"));

        Assert.Equal((200, 200), (await StatusAsync(one, cookie), await StatusAsync(other, cookie)));
        await LosingAsync(collection == "tokens" ? collection : null, async () => (await SendAsync(one, cookie, HttpMethod.Delete, "/sessions/current")).Has(200));
        await LosingAsync(collection, async () => (await SendAsync(one, ClosedHost.Root, HttpMethod.Delete, $"/developers/{id}")).Has(200));
        Assert.Null(await engine.Credentials.FindCredentialAsync(new Subject(SubjectKind.Developer, id), Token));
    }

    /// <summary>Loses the answer to the next write to a collection.</summary>
    private async Task<T> LosingAsync<T>(string? collection, Func<Task<T>> call)
    {
        var rule = collection is null ? null : engine.Faults.Next("insert update delete", collection, Fault.DropAfter);
        var answer = await call();
        Assert.True(rule is null || rule.Count > 0, "Nothing was written");
        return answer;
    }

    private async Task<string> AddAnnAsync()
    {
        var id = (await SendAsync(one, ClosedHost.Root, HttpMethod.Post, "/developers", new { name = "Ann", email = Ann })).Has(201).Json.Text("developerId");
        (await SendAsync(one, null, HttpMethod.Post, "/sign-in/password", new { link = await InviteAsync(id), password = Password })).Has(200);
        return id;
    }

    private async Task<string> InviteAsync(string id) =>
        (await SendAsync(one, ClosedHost.Root, HttpMethod.Post, $"/developers/{id}/invitation")).Has(201).Json.Text("link");

    private static async Task<string> SignInAsync(AdServerHost host, string password = Password) =>
        SignInScene.CookieOf((await SendAsync(host, null, HttpMethod.Post, "/sessions", new { email = Ann, password })).Has(201));

    private static async Task<int> StatusAsync(AdServerHost host, string cookie) => (await SendAsync(host, cookie, HttpMethod.Get, "/sessions/current")).Status;

    /// <summary>Sends a request with a cookie or with a token.</summary>
    private static async Task<Answer> SendAsync(AdServerHost host, string? sent, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation(sent?.Contains('=') == true ? "Cookie" : "Authorization", sent ?? string.Empty);
        request.Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body);
        return await Answer.ReadAsync(await host.Client.SendAsync(request, Token));
    }

    private Task<AdServerHost> StartAsync() => AdServerHost.StartAsync(
        new()
        {
            ["ConnectionStrings:MongoDb"] = engine.Uri,
            ["Access:Mode"] = "Tokens",
            ["Access:BootstrapToken"] = ClosedHost.Root,
            ["Access:SignInPerMinute"] = "0",
        },
        services => services.Replace(ServiceDescriptor.Singleton(provider => new Passwords(provider.GetRequiredService<TimeProvider>(), iterations: 10))));
}
