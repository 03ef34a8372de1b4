using System.Net.Http.Json;
using System.Text;
using System.Threading.Channels;
using AdServer.Access.SignIn;
using AdServer.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdServer.Tests.Access;

/// <summary>
/// A host that asks for tokens, people who sign in to it, and what it writes to its console. Its hashes cost next to nothing:
/// <code>
/// await using var scene = await SignInScene.StartAsync();
/// var developer = await scene.AddDeveloperAsync("ann@example.com");
/// var cookie = await scene.SignInAsync("ann@example.com");
/// Assert.Equal(200, (await scene.SendAsync(cookie, "GET", "/developers")).Status);
/// </code>
/// </summary>
internal sealed class SignInScene : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly Console console = new();

    public ClosedHost Closed { get; private set; } = null!;

    public AdServerHost Host => Closed.Host;

    public static Task<SignInScene> StartAsync(params (string Name, string Value)[] settings) => StartAsync(realTime: false, settings);

    /// <summary>Starts one by the real clock, or by one that the test moves.</summary>
    public static async Task<SignInScene> StartAsync(bool realTime, params (string Name, string Value)[] settings)
    {
        var scene = new SignInScene();
        scene.Closed = await ClosedHost.StartAsync(scene.Adjust, realTime, [("Access:SignInPerMinute", "0"), .. settings]);
        return scene;
    }

    /// <summary>Adds a developer who can sign in; the identity.</summary>
    public async Task<string> AddDeveloperAsync(string email, string password = Password)
    {
        var id = (await Closed.SendAsync(ClosedHost.Root, "POST", "/developers", new { name = "Dev", email })).Has(201).Json.Text("developerId");
        (await SetPasswordAsync(await InviteAsync($"/developers/{id}"), password)).Has(200);
        return id;
    }

    /// <summary>Adds a performer who can sign in; the identity.</summary>
    public async Task<string> AddPerformerAsync(string email, string password = Password)
    {
        var id = await Closed.AddPerformerAsync(email);
        (await SetPasswordAsync(await InviteAsync($"/performers/{id}"), password)).Has(200);
        return id;
    }

    /// <summary>Makes an invitation; the secret of its link.</summary>
    public async Task<string> InviteAsync(string path) =>
        (await Closed.SendAsync(ClosedHost.Root, "POST", $"{path}/invitation")).Has(201).Json.Text("link");

    public Task<Answer> SetPasswordAsync(string link, string password = Password) => PostAsync("/sign-in/password", new { link, password });

    public Task<Answer> AskForResetAsync(string email) => PostAsync("/sign-in/reset", new { email });

    /// <summary>The secret of the next link on the console.</summary>
    public async Task<string> ReadLinkAsync()
    {
        var said = await console.ReadAsync();
        return said[(said.IndexOf("#link=", StringComparison.Ordinal) + 6)..].Trim();
    }

    public Task<Answer> TryAsync(string email, string password = Password) => PostAsync("/sessions", new { email, password });

    /// <summary>Signs in; the cookie.</summary>
    public async Task<string> SignInAsync(string email, string password = Password) => CookieOf((await TryAsync(email, password)).Has(201));

    /// <summary>Sends a request with a cookie and further headers.</summary>
    public async Task<Answer> SendAsync(string? cookie, string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : JsonContent.Create(body, options: ApiJson.Options);
        foreach (var (name, value) in cookie is null ? headers : [("Cookie", cookie), .. headers])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Answer.ReadAsync(await Host.Client.SendAsync(request));
    }

    public Task<Answer> GetAsync(string? cookie, string path) => SendAsync(cookie, "GET", path);

    /// <summary>What a browser sends back of a <c>Set-Cookie</c>.</summary>
    public static string CookieOf(Answer answer) => answer.Header("Set-Cookie")!.Split(';')[0];

    public ValueTask DisposeAsync() => Closed.DisposeAsync();

    private Task<Answer> PostAsync(string path, object body) => SendAsync(null, "POST", path, body);

    private void Adjust(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton(provider => new Passwords(provider.GetRequiredService<TimeProvider>(), iterations: 10)));
        services.Replace(ServiceDescriptor.Singleton(provider => ActivatorUtilities.CreateInstance<LinkWriter>(provider, console)));
    }

    /// <summary>A console that a test reads line by line.</summary>
    private sealed class Console : TextWriter
    {
        private readonly Channel<string> lines = Channel.CreateUnbounded<string>();

        public override Encoding Encoding => Encoding.UTF8;

        public override Task WriteLineAsync(string? value) => lines.Writer.WriteAsync(value!).AsTask();

        public ValueTask<string> ReadAsync() => lines.Reader.ReadAsync();
    }
}
