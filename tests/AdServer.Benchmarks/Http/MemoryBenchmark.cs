using System.Diagnostics;

namespace AdServer.Benchmarks.Http;

/// <summary>The resident memory of a server that knows which ads each of many packages has seen: at its start, and under load.</summary>
internal static class MemoryBenchmark
{
    /// <summary>A store, and the most megabytes that the server on it may take.</summary>
    private static readonly (int Ads, int Packages, double Percent, double? Goal)[] Stores = [(10_000, 1_000, 1, 150), (100_000, 100_000, 1, 600)];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(arguments, "--ads", "--packages", "--seen", "--delivered", "--seconds");
        var (asked, largest) = (options.Has("--ads") || options.Has("--packages") || options.Has("--seen"), Stores[^1]);
        var one = (options.Count("--ads", largest.Ads), options.Count("--packages", largest.Packages), options.Number("--seen", largest.Percent), (double?)null);
        var isKept = true;
        using var wrk = new Wrk();
        foreach (var (ads, packages, percent, goal) in asked ? [one] : Stores)
        {
            var pairs = new SeenPairs(ads, packages, Math.Max(1, (int)(ads * percent / 100)));
            var most = await MeasureAsync(wrk, pairs, options.Text("--delivered", "no") == "yes", options.Seconds("--seconds", 10));
            isKept &= most < (goal ?? double.MaxValue);
            Console.WriteLine(goal is null ? string.Empty : $"{(most < goal ? "Kept" : "Broken")}: less than {goal} MB.\n");
        }

        return isKept ? 0 : 1;
    }

    private static async Task<double> MeasureAsync(Wrk wrk, SeenPairs pairs, bool isDelivered, TimeSpan time)
    {
        await using var store = new FilledStore();
        var start = Stopwatch.GetTimestamp();
        var ads = await store.AddAdsAsync(pairs.Ads, TimeProvider.System.GetUtcNow());
        await store.CloseAsync();
        pairs.Fill(store.Path, isDelivered);
        await store.DeliverAsync(LoadScripts.Delivered(ads, pairs.Packages, Past.BatchSize));
        await store.CloseAsync();
        Console.WriteLine(
            $"{pairs.Ads:N0} ads, {pairs.Packages:N0} packages that have each seen {pairs.SeenEach:N0} of them{(isDelivered ? ", which were delivered to them" : ", hardly any noted as delivered")}; "
            + $"a store of {store.Megabytes:N0} MB, filled in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        await using var server = await Running.AdServerAsync(store.Path);
        var started = server.Age;
        Console.WriteLine($"{"",-28} {"resident",9} {"heap",8} {"pairs seen",12} {"delivered",12} {"requests/s",11} {"failed",7}");
        var most = await WriteAsync(server, $"started in {started.TotalSeconds:F1} s", load: null);
        foreach (var (name, script) in new[] { ("GET /ads/random", LoadScripts.Ads(pairs.Packages)), ("POST /ad_event", LoadScripts.Events(ads, pairs.Packages)) })
        {
            var load = await wrk.RunAsync(server.Url, script, time);
            most = Math.Max(most, await WriteAsync(server, $"{time.TotalSeconds:0} s of {name}", load));
        }

        await Task.Delay(time);
        return Math.Max(most, await WriteAsync(server, $"{time.TotalSeconds:0} s of rest", load: null));
    }

    /// <summary>Prints what the server takes now; returns its resident megabytes.</summary>
    private static async Task<double> WriteAsync(Running server, string moment, LoadResult? load)
    {
        var (resident, metrics) = (server.Megabytes(), await server.MetricsAsync());
        Console.WriteLine(
            $"{moment,-28} {resident,6:F0} MB {metrics.HeapMegabytes,5:F0} MB {metrics.Sum("adserver_serving_seen"),12:N0} {metrics.Sum("adserver_serving_delivered"),12:N0} "
            + $"{load?.PerSecond,11:N0} {load?.Failed,7}");
        return resident;
    }
}
