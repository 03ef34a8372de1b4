using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>A server as a process of its own, which can be stopped in its tracks, woken up, killed and started again on its own folder.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-host-");
    private readonly Dictionary<string, string?> settings;
    private readonly HttpClient client = new();
    private Process? process;
    private Task console = Task.CompletedTask;
    private Uri? address;

    private HostProcess(Dictionary<string, string?> settings) => this.settings = settings;

    /// <summary>Starts a server on a MongoDB.</summary>
    /// <param name="uri">Where the MongoDB is.</param>
    /// <param name="deadline">How long it may take before it counts as away, if not as long as usual.</param>
    public static async Task<HostProcess> StartAsync(string uri, string? deadline = null)
    {
        var host = new HostProcess(new() { ["ConnectionStrings__MongoDb"] = uri, ["Storage__Deadline"] = deadline ?? "00:00:05" });
        await host.StartAsync();
        return host;
    }

    /// <summary>Starts it again, on another port.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "--urls", "http://127.0.0.1:0", "--Access:Mode=Open"])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        address = new Uri(await ReadAddressAsync(process.StandardOutput));
        console = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    /// <summary>Posts a body; the status, or nothing if there was no answer.</summary>
    public async Task<int?> PostAsync(string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        try
        {
            using var answer = await client.PostAsync(new Uri(address!, path), content, CancellationToken.None);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Ends when the database holds every event that any host has answered, as far as this host can tell.</summary>
    public async Task CompleteAsync()
    {
        while (!(await ReadAsync("/stats")).Contains("\"complete\":true", StringComparison.Ordinal))
        {
        }
    }

    /// <summary>The body of an answer, whatever its status.</summary>
    public async Task<string> ReadAsync(string path)
    {
        using var answer = await client.GetAsync(new Uri(address!, path), CancellationToken.None);
        return await answer.Content.ReadAsStringAsync(CancellationToken.None);
    }

    public Task<string> GetAsync(string path) => client.GetStringAsync(new Uri(address!, path), CancellationToken.None);

    /// <summary>Stops it where it stands (SIGSTOP): its connections stay open and say nothing.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Ends it in good order.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await process!.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        await console;
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        client.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>The start says in the end where the health page is.</summary>
    private static async Task<string> ReadAddressAsync(StreamReader console)
    {
        var said = new StringBuilder();
        while (await console.ReadLineAsync() is { } line)
        {
            if (HealthPage().Match(line) is { Success: true } page)
            {
                return page.Groups["address"].Value;
            }

            said.AppendLine(line);
        }

        throw new InvalidOperationException($"The server did not start: {said}");
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process!.Id}"]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    [GeneratedRegex(@"(?<address>http://127\.0\.0\.1:\d+)/health/ready")]
    private static partial Regex HealthPage();
}
