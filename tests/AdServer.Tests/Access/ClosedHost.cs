using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AdServer.Common;
using Microsoft.Extensions.DependencyInjection;

namespace AdServer.Tests.Access;

/// <summary>
/// A host that asks for tokens, and requests with them:
/// <code>
/// await using var closed = await ClosedHost.StartAsync();
/// var analyst = await closed.MakeTokenAsync("analyst");
/// Assert.Equal(200, (await closed.SendAsync(analyst, "GET", "/stats")).Status);
/// </code>
/// </summary>
internal sealed class ClosedHost(AdServerHost host) : IAsyncDisposable
{
    /// <summary>The administrator's.</summary>
    public const string Root = "the-administrators-token-of-this-test";

    public AdServerHost Host => host;

    public static Task<ClosedHost> StartAsync(params (string Name, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>Starts one whose services a test changes.</summary>
    public static Task<ClosedHost> StartAsync(Action<IServiceCollection>? services, params (string Name, string Value)[] settings) =>
        StartAsync(services, realTime: false, settings);

    /// <summary>Starts one whose services a test changes, by the real clock or by one that the test moves.</summary>
    public static async Task<ClosedHost> StartAsync(Action<IServiceCollection>? services, bool realTime, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?> { ["Access:Mode"] = "Tokens", ["Access:BootstrapToken"] = Root };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new ClosedHost(await AdServerHost.StartAsync(all, services, realTime: realTime));
    }

    /// <summary>Sends a request with a token, or with none.</summary>
    public async Task<Answer> SendAsync(string? token, string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : JsonContent.Create(body, options: ApiJson.Options);
        return await Answer.ReadAsync(await host.Client.SendAsync(request));
    }

    public Task<Answer> GetAsync(string? token, string path) => SendAsync(token, "GET", path);

    /// <summary>Makes a token; its secret.</summary>
    public async Task<string> MakeTokenAsync(string role, object? bound = null) => (await MakeAsync(role, bound)).Text("token");

    /// <summary>Makes a token; the whole answer.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="more">Further members of the request.</param>
    public async Task<JsonElement> MakeAsync(string role, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { }, ApiJson.Options)!;
        (body["name"], body["role"]) = ($"a token of {role}", role);
        return (await SendAsync(Root, "POST", "/tokens", body)).Has(201).Json;
    }

    /// <summary>Adds a performer; its identity.</summary>
    public async Task<string> AddPerformerAsync(string email) =>
        (await SendAsync(Root, "POST", "/performers", new { name = "Ann", email })).Has(201).Json.Text("performerId");

    /// <summary>Adds an ad to the performer with this address; its identity.</summary>
    public async Task<string> AddAdAsync(string email) =>
        (await SendAsync(Root, "POST", "/ads", Portal.NewAd(email: email))).Has(201).Json.Text("adId");

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
