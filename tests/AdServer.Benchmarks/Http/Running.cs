using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AdServer.Benchmarks.Http;

/// <summary>A server as a process of its own, ended with the benchmark.</summary>
internal sealed class Running : IAsyncDisposable
{
    /// <summary>The largest stores take minutes; a server that fails ends by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private readonly Process process;
    private readonly HttpClient client;

    /// <param name="process">The process.</param>
    /// <param name="url">Where it listens.</param>
    /// <param name="start">When it was started, as a <see cref="Stopwatch"/> timestamp.</param>
    private Running(Process process, Uri url, long start) =>
        (this.process, client, Url, Start) = (process, new HttpClient { BaseAddress = url }, url, start);

    public Uri Url { get; }

    /// <summary>The time since the process was started.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(Start);

    private long Start { get; }

    /// <summary>The ad server, on a store that is there.</summary>
    public static Task<Running> AdServerAsync(string path, params string[] settings) =>
        StartAsync("AdServer.dll", url => ["--urls", url, "--Storage:Path", path, "--Access:Mode=Open", "--Serilog:MinimumLevel:Default=Warning", .. settings], Path.GetDirectoryName(path)!, "/health/ready");

    /// <summary>The web server alone.</summary>
    public static Task<Running> BareAsync(Running model, string? ad) =>
        StartAsync("AdServer.Benchmarks.dll", url => ["bare", url, model.Url.AbsoluteUri, .. ad is null ? Array.Empty<string>() : [ad]], AppContext.BaseDirectory, "/");

    /// <summary>Memory that the process has in use, in megabytes.</summary>
    public double Megabytes()
    {
        process.Refresh();
        return process.WorkingSet64 / 1048576.0;
    }

    /// <summary>The processor time that the process has had so far.</summary>
    public TimeSpan Processor()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    /// <summary>What a path answers.</summary>
    /// <exception cref="HttpRequestException">It answers with an error.</exception>
    public Task<string> ReadAsync(string path) => client.GetStringAsync(path);

    /// <summary>The ad server's metrics, now.</summary>
    public async Task<Metrics> MetricsAsync() => new(await ReadAsync("/metrics"));

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static async Task<Running> StartAsync(string assembly, Func<string, string[]> arguments, string folder, string ready)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments(url)])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var running = new Running(process, new Uri(url), start);
        await running.WaitAsync(ready);
        return running;
    }

    private async Task WaitAsync(string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(path, patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(BetweenLooks, TimeProvider.System, patience.Token);
        }

        throw new InvalidOperationException($"The server ended with exit code {process.ExitCode}");
    }
}
