using System.Diagnostics;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Serving;
using AdServer.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AdServer.Benchmarks;

/// <summary>
/// What a delivery costs beyond the web server, in memory and then in the store: the choice, its counting, noting that the app was handed the ad, and reading
/// its document; at several sizes of the catalogue. A part stands for a second of full load.
/// </summary>
internal static class DeliverBenchmark
{
    private const int Apps = 1000;
    private const int PerPart = 50_000;

    private static readonly int[] Sizes = [100, 10_000, 100_000];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var parts = new Options(arguments, "--parts").Count("--parts", 20);
        Console.WriteLine($"{Apps:N0} apps in turn; {parts} parts of {PerPart:N0} deliveries, after as many to warm up");
        Console.WriteLine($"{"ads",8} {"ns/delivery",12} {"best",6} {"bytes",7} {"pairs",10} {"ms/flush",9} {"best",6} {"ms of processor",16}");
        foreach (var size in Sizes)
        {
            await using var store = new FilledStore();
            await store.AddAdsAsync(size, TimeProvider.System.GetUtcNow());
            await store.CloseAsync();
            await MeasureAsync(store.Path, size, parts);
        }

        return 0;
    }

    private static async Task MeasureAsync(string path, int size, int parts)
    {
        await using var services = Open(path);
        await services.GetRequiredService<CatalogRefresher>().StartAsync(CancellationToken.None);
        var delivering = new Delivering(services);
        for (var part = 0; part < 2 * parts; part++)
        {
            delivering.Deliver();
            await delivering.FlushAsync();
            if (part == parts - 1)
            {
                // Until here the compiler was at work.
                delivering.Forget();
            }
        }

        delivering.Print(size);
        await services.GetRequiredService<CatalogRefresher>().StopAsync(CancellationToken.None);
    }

    /// <summary>The parts of a server that serve, without the web server.</summary>
    private static ServiceProvider Open(string path)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Path", path)]).Build();
        var services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton(TimeProvider.System).AddSingleton(new AccessSettings());
        services.AddStorage(configuration, Path.GetDirectoryName(path)!);
        services.AddCatalog(configuration);
        services.AddServing(configuration);
        return services.BuildServiceProvider();
    }

    private sealed class Delivering(IServiceProvider services)
    {
        private readonly RandomAd serving = services.GetRequiredService<RandomAd>();
        private readonly DeliveryWriter writer = services.GetRequiredService<DeliveryWriter>();
        private readonly DeliveredAds delivered = services.GetRequiredService<DeliveredAds>();
        private readonly Package[] packages = [.. Enumerable.Range(0, Apps).Select(app => services.GetRequiredService<KnownPackages>().Resolve($"com.example.app{app}"))];
        private readonly byte[] sent = new byte[64 << 10];
        private readonly List<double> deliveries = [];
        private readonly List<double> flushes = [];
        private readonly List<double> processor = [];
        private readonly List<double> bytes = [];

        public void Deliver()
        {
            var (allocated, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            for (int delivery = 0, app = 0; delivery < PerPart; delivery++, app = app + 1 == Apps ? 0 : app + 1)
            {
                var ad = serving.Next(packages[app], packages[app].Name);
                ad!.Body.CopyTo(sent, 0);
            }

            deliveries.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / PerPart);
            bytes.Add((GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)PerPart);
        }

        public async Task FlushAsync()
        {
            using var process = Process.GetCurrentProcess();
            var (spent, started) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
            await writer.FlushAsync(CancellationToken.None);
            flushes.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            process.Refresh();
            processor.Add((process.TotalProcessorTime - spent).TotalMilliseconds);
        }

        public void Forget() => Array.ForEach([deliveries, flushes, processor, bytes], list => list.Clear());

        public void Print(int size) => Console.WriteLine(
            $"{size,8:N0} {deliveries.Median(),12:F0} {deliveries.Min(),6:F0} {bytes.Median(),7:F0} {delivered.Pairs,10:N0} {flushes.Median(),9:F1} {flushes.Min(),6:F1} {processor.Median(),16:F1}");
    }
}
