namespace AdServer.Benchmarks.Http;

/// <summary>
/// Requests for ads and events in turn, for minutes: whether memory grows, events pile up before their commit, or the roll-up falls behind. wrk sends the same
/// events again and again; they have no identity, so each counts.
/// </summary>
internal static class SteadyBenchmark
{
    /// <summary>What garbage collections make of the same memory from one minute to the next.</summary>
    private const double MostGrowth = 0.05;

    private const double MostLag = 1;

    /// <summary>The second part of the time is compared with the last: of five minutes, what follows minute 1 with minute 5.</summary>
    private const int Parts = 5;

    private static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(arguments, "--minutes", "--ads", "--rate", "--every");
        var (ads, time, every) = (options.Count("--ads", 10_000), TimeSpan.FromMinutes(options.Number("--minutes", 5)), options.Seconds("--every", 15));
        await using var store = new FilledStore();
        var script = LoadScripts.Both(await Past.FillAsync(store, ads), Past.Packages);
        var paced = options.Has("--rate") ? LoadScripts.AtRate(script, options.Number("--rate", 0)) : script;
        await using var server = await Running.AdServerAsync(store.Path);
        var rate = options.Has("--rate") ? $"{options.Number("--rate", 0):N0} requests a second" : "as many requests as it can take";
        Console.WriteLine($"{ads:N0} ads, {Past.Packages:N0} packages; ads and events 1:1, {rate}; highest queue and lag of each line's time, sampled each second");
        using var wrk = new Wrk();
        var samples = new List<SteadySample> { await SteadySample.TakeAsync(server, TimeSpan.Zero) };
        var load = wrk.RunAsync(server.Url, paced, time);
        await WatchAsync(server, load, samples, every);
        return Judge(samples, await load) ? 0 : 1;
    }

    /// <summary>Takes samples until the load ends, and prints a line for each so many of them.</summary>
    private static async Task WatchAsync(Running server, Task load, List<SteadySample> samples, TimeSpan every)
    {
        Console.WriteLine($"{"time",6} {"resident",9} {"heap",8} {"queue",7} {"lag",7} {"events behind",14} {"ads/s",8} {"events/s",9}");
        var (start, printed) = (server.Age, 0);
        while (await Task.WhenAny(load, Task.Delay(BetweenSamples)) != load)
        {
            samples.Add(await SteadySample.TakeAsync(server, server.Age - start));
            if (samples[^1].At - samples[printed].At >= every - (BetweenSamples / 2))
            {
                Write(samples[printed], samples[(printed + 1)..]);
                printed = samples.Count - 1;
            }
        }
    }

    private static void Write(SteadySample before, List<SteadySample> span)
    {
        var last = span[^1];
        var seconds = (last.At - before.At).TotalSeconds;
        Console.WriteLine(
            $"{last.At:mm\\:ss} {last.Megabytes,7:F0} MB {last.HeapMegabytes,5:F0} MB {span.Max(one => one.Queue),7:N0} {span.Max(one => one.LagSeconds),5:F2} s "
            + $"{span.Max(one => one.LagEvents),14:N0} {(last.Ads - before.Ads) / seconds,8:N0} {(last.Events - before.Events) / seconds,9:N0}");
    }

    private static bool Judge(List<SteadySample> samples, LoadResult load)
    {
        var end = samples[^1].At;
        var early = samples.FindAll(one => one.At > end / Parts && one.At <= end * 2 / Parts);
        var late = samples.FindAll(one => one.At > end * (Parts - 1) / Parts);
        var (before, after) = (early.Average(one => one.Megabytes), late.Average(one => one.Megabytes));
        var growth = (after / before) - 1;
        var lag = samples.Max(one => one.LagSeconds);
        Console.WriteLine($"{load.PerSecond:N0} requests a second, p50 {load.Median.TotalMilliseconds:F2} ms, p99 {load.P99.TotalMilliseconds:F2} ms, {load.Failed} failed");
        Console.WriteLine(
            $"memory, {end / Parts:mm\\:ss}-{end * 2 / Parts:mm\\:ss} and {end * (Parts - 1) / Parts:mm\\:ss}-{end:mm\\:ss} in the mean: {before:F0} and {after:F0} MB ({100 * growth:+0.0;-0.0} %); "
            + $"heap at its lowest: {early.Min(one => one.HeapMegabytes):F0} and {late.Min(one => one.HeapMegabytes):F0} MB");
        Console.WriteLine($"highest queue {samples.Max(one => one.Queue):N0} events; highest lag {lag:F2} s, {samples.Max(one => one.LagEvents):N0} events");
        var isKept = growth <= MostGrowth && lag <= MostLag && load.Failed == 0;
        Console.WriteLine($"{(isKept ? "Kept" : "Broken")}: {100 * MostGrowth:0} % of growth, {MostLag} s of lag at most, and no answer failed.");
        return isKept;
    }
}
