using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Benchmarks;

/// <summary>From the start of the process to its first ad, on a store with a past.</summary>
internal static class StartBenchmark
{
    private const int AdCount = 10_000;
    private const int PackageCount = 1_000;
    private const int EventCount = 1_000_000;
    private const int Starts = 3;

    private const long MostMegabytes = 250;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"Filling a store with {AdCount:N0} ads and {EventCount:N0} events of {PackageCount:N0} packages...");
        await using var store = new FilledStore();
        var now = TimeProvider.System.GetUtcNow();
        var ads = await store.AddAdsAsync(AdCount, now);
        var random = new Random(1);
        await store.AppendAsync(Enumerable.Range(0, EventCount).Select(_ => FilledStore.Event(
            ads[random.Next(AdCount)],
            $"com.example.app{random.Next(PackageCount)}",
            UtcDay.Of(now).AddDays(-random.Next(30)),
            (EventType)random.Next(4))));
        await store.CloseAsync();

        var isKept = true;
        Console.WriteLine($"{"start",6} {"first ad",10} {"memory",9}");
        for (var start = 1; start <= Starts; start++)
        {
            var (time, bytes) = await StartAsync(store.Path);
            Console.WriteLine($"{start,6} {time.TotalMilliseconds,7:F0} ms {bytes / 1048576.0,6:F0} MB");
            isKept &= time < Longest && bytes < MostMegabytes << 20;
        }

        Console.WriteLine($"{(isKept ? "Kept" : "Broken")}: less than {Longest.TotalSeconds} s and {MostMegabytes} MB.");
        return isKept ? 0 : 1;
    }

    private static async Task<(TimeSpan Time, long Bytes)> StartAsync(string path)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var watch = Stopwatch.StartNew();
        using var server = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "AdServer.dll"), "--urls", url, "--Storage:Path", path])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(path),
        })!;
        server.OutputDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        try
        {
            await FirstAdAsync($"{url}/ads/random?packageName=com.example.app1", server);
            var time = watch.Elapsed;
            server.Refresh();
            return (time, server.WorkingSet64);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task FirstAdAsync(string url, Process server)
    {
        using var client = new HttpClient();
        using var patience = new CancellationTokenSource(Patience);
        while (!server.HasExited)
        {
            try
            {
                if ((await client.GetAsync(url, patience.Token)).StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }

        throw new InvalidOperationException($"The server ended with exit code {server.ExitCode}");
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
