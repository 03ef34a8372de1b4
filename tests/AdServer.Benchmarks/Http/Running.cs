using System.Diagnostics;
using System.Globalization;

namespace AdServer.Benchmarks.Http;

/// <summary>A server as a process of its own, ended with the benchmark.</summary>
internal sealed class Running : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly HttpClient client;

    private Running(Process process, Uri url) => (this.process, client, Url) = (process, new HttpClient { BaseAddress = url }, url);

    public Uri Url { get; }

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

    /// <summary>A gauge of the ad server's metrics.</summary>
    public async Task<double> GaugeAsync(string name)
    {
        var line = (await client.GetStringAsync("/metrics")).Split('\n').First(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
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
        var url = $"http://127.0.0.1:{StartBenchmark.FreePort()}";
        var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments(url)])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var running = new Running(process, new Uri(url));
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

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }

        throw new InvalidOperationException($"The server ended with exit code {process.ExitCode}");
    }
}
