using System.Diagnostics;
using AdServer.Benchmarks.Http;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Benchmarks;

/// <summary>
/// The same ads, packages and days with ten times as many events: what a start and two reports take longer. Events are of the last thirty days, as many of
/// each, package by package: in any other order filling would take hours, since each row lies elsewhere than the one before.
/// </summary>
internal static class ScaleBenchmark
{
    private const int Days = 30;
    private const int Starts = 3;
    private const int Reads = 50;
    private const int WarmUps = 10;
    private const double MostRatio = 2;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(arguments, "--events", "--then", "--ads", "--packages", "--seen");
        var (events, then) = (options.Count("--events", 1_000_000), options.Count("--then", 10_000_000));
        var (packages, seen) = (options.Count("--packages", 1_000), options.Count("--seen", 100));
        await using var store = new FilledStore();
        var now = TimeProvider.System.GetUtcNow();
        var ads = await store.AddAdsAsync(options.Count("--ads", 10_000), now);
        Console.WriteLine($"{ads.Length:N0} ads, {packages:N0} packages with events of {seen:N0} ads each, {Days} days; medians");
        Console.WriteLine($"{"events",12} {"first ad",10} {"memory",9} {"ad's stats",11} {"by day",10} {"pairs seen",11} {"file",9} {"filled in",10}");
        var few = await MeasureAsync(store, Events(ads, packages, seen, now, 0, events), events, ads);
        var many = await MeasureAsync(store, Events(ads, packages, seen, now, events, then), then, ads);
        double[] ratios = [many.FirstAd / few.FirstAd, many.OfAd / few.OfAd, many.ByDay / few.ByDay];
        Console.WriteLine($"{"ratio",12} {ratios[0],10:F2} {many.Megabytes / few.Megabytes,9:F2} {ratios[1],11:F2} {ratios[2],10:F2}");
        var isKept = Array.TrueForAll(ratios, ratio => ratio <= MostRatio);
        Console.WriteLine($"{(isKept ? "Kept" : "Broken")}: at most {MostRatio} times as long.");
        return isKept ? 0 : 1;
    }

    /// <summary>What leads from one number of events to another, day by day.</summary>
    private static IEnumerable<IEnumerable<AdEvent>> Events(Ad[] ads, int packages, int seen, DateTimeOffset now, long from, long to)
    {
        var random = new Random((int)to);
        for (var day = 0; day < Days; day++)
        {
            var date = UtcDay.Of(now).AddDays(day - Days + 1);
            var count = (int)(((to - from) * (day + 1) / Days) - ((to - from) * day / Days));
            yield return Enumerable.Range(0, count).Select(number => Event((int)((long)number * packages / count), date));
        }

        AdEvent Event(int package, UtcDay date) => FilledStore.Event(
            ads[(int)(((long)package * ads.Length / packages) + random.Next(seen)) % ads.Length], $"com.example.app{package}", date, (EventType)random.Next(4));
    }

    private static async Task<Figures> MeasureAsync(FilledStore store, IEnumerable<IEnumerable<AdEvent>> days, int events, Ad[] ads)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var day in days)
        {
            await store.AppendAsync(day);
        }

        await store.CloseAsync();
        var filling = Stopwatch.GetElapsedTime(began);
        var starts = new List<(TimeSpan Time, double Megabytes)>();
        while (starts.Count < Starts)
        {
            starts.Add(await StartBenchmark.StartAsync(store.Path));
        }

        await using var server = await Running.AdServerAsync(store.Path);
        var figures = new Figures(
            starts.Select(start => start.Time.TotalMilliseconds).Median(),
            starts.Select(start => start.Megabytes).Median(),
            await ReadAsync(server, number => $"/ads/{ads[number * 7919 % ads.Length].Id}/stats"),
            await ReadAsync(server, _ => "/stats?groupBy=day"));
        var pairs = (await server.MetricsAsync()).Sum("adserver_serving_seen");
        Console.WriteLine(
            $"{events,12:N0} {figures.FirstAd,7:F0} ms {figures.Megabytes,6:F0} MB {figures.OfAd,8:F2} ms {figures.ByDay,7:F2} ms {pairs,11:N0} {store.Megabytes,6:N0} MB {filling.TotalSeconds,8:F0} s");
        return figures;
    }

    /// <summary>The milliseconds of a read.</summary>
    private static async Task<double> ReadAsync(Running server, Func<int, string> path)
    {
        var times = new List<double>();
        for (var read = 0; read < WarmUps + Reads; read++)
        {
            var start = Stopwatch.GetTimestamp();
            await server.ReadAsync(path(read));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Skip(WarmUps).Median();
    }

    /// <summary>Times in milliseconds.</summary>
    private sealed record Figures(double FirstAd, double Megabytes, double OfAd, double ByDay);
}
