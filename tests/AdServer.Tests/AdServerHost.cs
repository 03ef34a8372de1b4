using System.Net.Http.Json;
using System.Text;
using AdServer.Common;
using AdServer.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AdServer.Tests;

/// <summary>
/// The real server on a free port of the loopback interface, with a folder of its own and a clock that the test moves:
/// <code>
/// await using var host = await AdServerHost.StartAsync(settings: new() { ["Stats:RollUpEvery"] = "00:00:01" });
/// var answer = await host.PostAsync("/performers", new { name = "Ann", email = "ann@example.com" });
/// Assert.Equal(201, answer.Status);
/// </code>
/// </summary>
internal sealed class AdServerHost : IAsyncDisposable
{
    private readonly Dictionary<string, string?> settings;
    private readonly Action<IServiceCollection>? services;
    private readonly Action<WebApplication>? map;
    private readonly bool realTime;
    private readonly HostStore store = new();
    private WebApplication? app;

    private AdServerHost(
        Dictionary<string, string?>? settings, Action<IServiceCollection>? services, Action<WebApplication>? map, bool realTime) =>
        (this.settings, this.services, this.map, this.realTime) = (settings ?? [], services, map, realTime);

    /// <summary>Where the host keeps its data; survives <see cref="RestartAsync"/>, removed at the end.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("adserver-test-").FullName;

    /// <summary>The time of the host, unless it was started in real time.</summary>
    public ManualClock Clock { get; } = new();

    /// <summary>Everything that was logged since the first start.</summary>
    public CapturedLog Log { get; } = new();

    /// <summary>A client of this host that follows no redirect. A restart replaces it.</summary>
    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => app!.Services;

    /// <summary>Starts a host.</summary>
    /// <param name="settings">Settings by their full name, such as <c>Storage:Path</c>.</param>
    /// <param name="services">Has the last word on the services.</param>
    /// <param name="map">Adds routes for the test.</param>
    /// <param name="realTime">Whether the host follows the real clock.</param>
    public static async Task<AdServerHost> StartAsync(
        Dictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        bool realTime = false)
    {
        var host = new AdServerHost(settings, services, map, realTime);
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sets something for the next start.</summary>
    public void Change(string setting, string? value) => settings[setting] = value;

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>Stops the server in an orderly way and starts it anew on the same folder, on another port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Stops the server in an orderly way; the folder stays until the end.</summary>
    public async Task StopAsync()
    {
        Client?.Dispose();
        if (app is { } running)
        {
            app = null;
            await running.StopAsync();
            await running.DisposeAsync();
        }
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Posts JSON: text is sent as it is, anything else serialised.</summary>
    public Task<Answer> PostAsync(string path, object? body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, object? body) => SendAsync(HttpMethod.Put, path, body);

    /// <summary>Sends a request with an optional JSON body, or with the content given.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body, options: ApiJson.Options),
        };
        return await Answer.ReadAsync(await Client.SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task StartAsync()
    {
        app = Program.Build(Arguments(), Adjust);
        map?.Invoke(app);
        await app.Services.OpenStorageAsync();
        await app.StartAsync();
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
    }

    private string[] Arguments()
    {
        var all = new Dictionary<string, string?>
        {
            ["contentRoot"] = Folder,
            ["urls"] = "http://127.0.0.1:0",
            ["Access:Mode"] = "Open",
            ["Serilog:MinimumLevel:Default"] = "Fatal",
            ["Serilog:MinimumLevel:Override:Microsoft.AspNetCore"] = "Fatal",
        };
        foreach (var (name, value) in store.Settings.Concat(settings))
        {
            all[name] = value;
        }

        return [.. all.Select(setting => $"--{setting.Key}={setting.Value}")];
    }

    private void Adjust(WebApplicationBuilder builder)
    {
        builder.Host.UseDefaultServiceProvider(options => options.ValidateScopes = options.ValidateOnBuild = true);
        builder.Logging.AddProvider(Log);
        if (!realTime)
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        }

        services?.Invoke(builder.Services);
    }
}
