using AdServer.Benchmarks.Http;
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

    private const double MostMegabytes = 250;

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
            var (time, megabytes) = await StartAsync(store.Path);
            Console.WriteLine($"{start,6} {time.TotalMilliseconds,7:F0} ms {megabytes,6:F0} MB");
            isKept &= time < Longest && megabytes < MostMegabytes;
        }

        Console.WriteLine($"{(isKept ? "Kept" : "Broken")}: less than {Longest.TotalSeconds} s and {MostMegabytes} MB.");
        return isKept ? 0 : 1;
    }

    /// <summary>Starts a server, and ends it after its first ad.</summary>
    /// <returns>The time to that ad, and the memory then.</returns>
    public static async Task<(TimeSpan Time, double Megabytes)> StartAsync(string path)
    {
        await using var server = await Running.AdServerAsync(path);
        await server.ReadAsync("/ads/random?packageName=com.example.app1");
        return (server.Age, server.Megabytes());
    }
}
