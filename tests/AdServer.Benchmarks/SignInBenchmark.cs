using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AdServer.Benchmarks.Http;

namespace AdServer.Benchmarks;

/// <summary>
/// How long a server takes to refuse a sign-in: for an address with a password, one that nobody has, and one without a password yet. Whoever measures it
/// must not learn which is which: the medians differ by no more than those of the same answers in shuffled groups.
/// </summary>
internal static class SignInBenchmark
{
    private const string Token = "a-token-of-this-benchmark-alone-0123456789";
    private const int Rounds = 100;
    private const int Shuffles = 2000;
    private static readonly string[] Kinds = ["known", "unknown", "invited"];

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("adserver-benchmark-");
        var url = new Uri($"http://127.0.0.1:{Running.FreePort()}");
        using var server = Start(url, folder.FullName);
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = url };
            await PrepareAsync(client);
            return Report(await MeasureAsync(client));
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(Uri url, string folder)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "AdServer.dll"), "--urls", $"{url}", "--Storage:Path", Path.Combine(folder, "adserver.db")])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.Environment["Access__BootstrapToken"] = Token;
        start.Environment["Access__RateLimits"] = "false";
        var server = Process.Start(start)!;
        server.OutputDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        return server;
    }

    /// <summary>For each round an address of each kind, so that none is locked out.</summary>
    private static async Task PrepareAsync(HttpClient client)
    {
        await WaitAsync(client);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Console.WriteLine($"Setting {Rounds} passwords...");
        for (var round = 0; round < Rounds; round++)
        {
            var link = await InviteAsync(client, AddressOf(0, round));
            await InviteAsync(client, AddressOf(2, round));
            (await client.PostAsJsonAsync("/sign-in/password", new { link, password = "correct horse battery" })).EnsureSuccessStatusCode();
        }

        client.DefaultRequestHeaders.Authorization = null;
        await TryAsync(client, "warm@example.com");
    }

    /// <summary>Each round tries each kind, in an order of its own: whatever else the machine does meets all of them.</summary>
    private static async Task<double[][]> MeasureAsync(HttpClient client)
    {
        var random = new Random(1);
        double[][] times = [new double[Rounds], new double[Rounds], new double[Rounds]];
        for (var round = 0; round < Rounds; round++)
        {
            int[] kinds = [0, 1, 2];
            random.Shuffle(kinds);
            foreach (var kind in kinds)
            {
                times[kind][round] = await TryAsync(client, AddressOf(kind, round));
            }
        }

        return times;
    }

    private static int Report(double[][] times)
    {
        foreach (var (kind, name) in Kinds.Index())
        {
            Console.WriteLine($"{name,-8} median {times[kind].Median(),8:F2} ms, from {times[kind].Min(),8:F2} to {times[kind].Max(),8:F2} ms, {Rounds} tries");
        }

        var isKept = true;
        foreach (var kind in new[] { 1, 2 })
        {
            var (difference, noise) = (Math.Abs(times[0].Median() - times[kind].Median()), NoiseOf(times[0], times[kind]));
            Console.WriteLine($"{Kinds[0]} and {Kinds[kind]} differ by {difference:F2} ms; shuffled groups of the same by less than {noise:F2} ms in 99 of 100 cases");
            isKept &= difference < noise;
        }

        Console.WriteLine($"{(isKept ? "Kept" : "Broken")}: the time of an answer does not tell who is known.");
        return isKept ? 0 : 1;
    }

    /// <summary>What the medians of two groups of the same answers differ by, by chance alone.</summary>
    private static double NoiseOf(double[] one, double[] other)
    {
        var random = new Random(2);
        double[] all = [.. one, .. other];
        var differences = new double[Shuffles];
        for (var shuffle = 0; shuffle < Shuffles; shuffle++)
        {
            random.Shuffle(all);
            differences[shuffle] = Math.Abs(all[..one.Length].Median() - all[one.Length..].Median());
        }

        return differences.Order().ElementAt(Shuffles * 99 / 100);
    }

    private static string AddressOf(int kind, int round) => $"{Kinds[kind]}.{round}@example.com";

    private static async Task<string> InviteAsync(HttpClient client, string email)
    {
        using var added = await client.PostAsJsonAsync("/developers", new { name = "Benchmark", email });
        var id = (await added.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("developerId").GetString();
        using var invited = await client.PostAsync($"/developers/{id}/invitation", null);
        return (await invited.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("link").GetString()!;
    }

    private static async Task<double> TryAsync(HttpClient client, string email)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.PostAsJsonAsync("/sessions", new { email, password = "wrong horse battery" });
        var time = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return answer.StatusCode == HttpStatusCode.Unauthorized ? time : throw new InvalidOperationException($"It answered {answer.StatusCode}");
    }

    private static async Task WaitAsync(HttpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                (await client.GetAsync("/health/ready", patience.Token)).EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
            }
        }
    }
}
