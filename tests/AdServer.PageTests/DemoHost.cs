using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace AdServer.PageTests;

/// <summary>
/// The server as a newcomer starts it, <c>--demo</c>, as a process of its own: open, with performers, ads and 30 days of events. All tests share it, so each
/// changes only what it has made.
/// </summary>
public sealed partial class DemoHost : IAsyncLifetime
{
    private ServerProcess? process;
    private HttpClient? client;
    private Task console = Task.CompletedTask;

    /// <summary>Where the page is.</summary>
    internal Uri Url => client!.BaseAddress!;

    public async ValueTask InitializeAsync()
    {
        process = new ServerProcess(["--demo", "--urls", "http://127.0.0.1:0", "--Storage:Path=adserver.db"]);
        var lines = await process.ReadUntilAsync("Health page:");
        var page = lines.Select(line => PageLine().Match(line)).FirstOrDefault(match => match.Success);
        Assert.True(page is not null, string.Join('\n', lines));
        console = process.IgnoreAsync();
        client = new HttpClient { BaseAddress = new Uri(page!.Groups["url"].Value) };
    }

    /// <summary>What the API says.</summary>
    internal async Task<JsonElement> GetAsync(string path) => (await Answer.ReadAsync(await client!.GetAsync(path))).Has(200).Json;

    /// <summary>Does something by the API.</summary>
    internal async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body) };
        return await Answer.ReadAsync(await client!.SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
        await console;
    }

    [GeneratedRegex(@"\bPage: (?<url>http://\S+?/)[\\""]")]
    private static partial Regex PageLine();
}
