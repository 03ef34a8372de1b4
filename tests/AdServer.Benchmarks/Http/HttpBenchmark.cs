using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Benchmarks.Http;

/// <summary>
/// The server beside the web server alone, which answers the same bytes: alternating in one run on one machine, load generator included. Ratios, because the
/// machine is what it is.
/// </summary>
internal static class HttpBenchmark
{
    private const int Packages = 1000;
    private const int BatchSize = 100;
    private const int Rounds = 5;
    private const string NoAd = "GET /ads/random, no ad";
    private const string Batches = "POST /ad_events, 100 each";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly int[] Catalogues = [10_000, 100, 100_000];

    public static async Task<int> RunAsync(string[] arguments)
    {
        int? Number(string name) => Text(name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
        string? Text(string name) => arguments.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault();
        var (seconds, only) = (Number("--seconds") ?? 5, Text("--only") ?? string.Empty);
        using var wrk = new Wrk();
        var failed = 0L;
        foreach (var ads in Number("--ads") is { } one ? [one] : Catalogues)
        {
            failed += await CompareAsync(wrk, ads, TimeSpan.FromSeconds(seconds), only);
        }

        if (NoAd.Contains(only, StringComparison.Ordinal))
        {
            failed += await CompareEmptyAsync(wrk, TimeSpan.FromSeconds(seconds));
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>A server that has nothing to serve: what idle devices ask for again and again.</summary>
    private static async Task<long> CompareEmptyAsync(Wrk wrk, TimeSpan time)
    {
        await using var store = new FilledStore();
        await store.AddAdsAsync(0, TimeProvider.System.GetUtcNow());
        await store.CloseAsync();
        await using var server = await Running.AdServerAsync(store.Path);
        await using var bare = await Running.BareAsync(server, ad: null);
        WriteHead($"no ads, {Packages:N0} packages", time, server);
        return await CompareAsync(wrk, NoAd, LoadScripts.Ads(Packages), bare, server, time);
    }

    private static void WriteHead(string what, TimeSpan time, Running server)
    {
        Console.WriteLine();
        Console.WriteLine($"{what}; medians of {Rounds} rounds of {time.TotalSeconds:0} s; started with {server.Megabytes():0} MB");
        Console.WriteLine($"{"",-34} {"bare/s",9} {"server/s",9} {"ratio",6} {"p50",8} {"p99",8} {"p99 ratio",10} {"cpu/request",12}");
    }

    private static async Task<long> CompareAsync(Wrk wrk, int count, TimeSpan time, string only)
    {
        await using var store = new FilledStore();
        var now = TimeProvider.System.GetUtcNow();
        var ads = await store.AddAdsAsync(count, now);
        await store.AppendAsync(Past(ads, now));
        await store.DeliverAsync(LoadScripts.Delivered(ads, Packages, BatchSize));
        await store.CloseAsync();
        await using var server = await Running.AdServerAsync(store.Path);
        await using var bare = await Running.BareAsync(server, ads[0].Id);
        WriteHead($"{count:N0} ads, {Packages:N0} packages", time, server);
        var failed = 0L;
        foreach (var (name, script) in Loads(ads).Where(load => load.Name.Contains(only, StringComparison.Ordinal)))
        {
            failed += await CompareAsync(wrk, name, script, bare, server, time);
            if (name == Batches)
            {
                WriteInserts([.. Past(ads, now).Take(BatchSize)], time);
            }
        }

        Console.WriteLine($"ended with {server.Megabytes():0} MB, {failed} failed");
        return failed;
    }

    /// <summary>What a batch of events costs SQLite alone; in events a second, beside requests.</summary>
    private static void WriteInserts(IReadOnlyList<AdEvent> events, TimeSpan time)
    {
        var runs = Enumerable.Range(0, Rounds).Select(_ => BareInserts.Run(events, time)).Order().ToList();
        Console.WriteLine($"{"  the same events into bare SQLite",-34} {runs[Rounds / 2],9:N0} events/s, {runs[Rounds / 2] / BatchSize:N0} batches/s");
    }

    private static IEnumerable<(string Name, string Script)> Loads(Ad[] ads)
    {
        yield return ("GET /ads/random", LoadScripts.Ads(Packages));
        yield return ("GET /ads/random, Connection: close", LoadScripts.Ads(Packages, closes: true));
        yield return ("POST /ad_event", LoadScripts.Events(ads, Packages));
        yield return (Batches, LoadScripts.Batches(ads, Packages, BatchSize));
        yield return ("both, 1:1", LoadScripts.Both(ads, Packages));
    }

    private static async Task<long> CompareAsync(Wrk wrk, string name, string script, Running bare, Running server, TimeSpan time)
    {
        // The code that is compiled anew while it runs is not what a server spends its days with.
        await wrk.RunAsync(bare.Url, script, WarmUp);
        await wrk.RunAsync(server.Url, script, WarmUp);
        var (bares, servers, spent) = (new List<LoadResult>(), new List<LoadResult>(), TimeSpan.Zero);
        for (var round = 0; round < Rounds; round++)
        {
            bares.Add(await wrk.RunAsync(bare.Url, script, time));
            var before = server.Processor();
            servers.Add(await wrk.RunAsync(server.Url, script, time));
            spent += server.Processor() - before;
        }

        var (alone, ours) = (Median(bares, one => one.PerSecond), Median(servers, one => one.PerSecond));
        var (p50, p99) = (Median(servers, one => one.Median.TotalMilliseconds), Median(servers, one => one.P99.TotalMilliseconds));
        var requests = servers.Sum(one => one.PerSecond) * time.TotalSeconds;
        var p99Ratio = p99 / Median(bares, one => one.P99.TotalMilliseconds);
        Console.WriteLine($"{name,-34} {alone,9:N0} {ours,9:N0} {ours / alone,6:F2} {p50,5:F2} ms {p99,5:F2} ms {p99Ratio,10:F2} {spent.TotalMicroseconds / requests,9:F1} µs");
        return bares.Concat(servers).Sum(one => one.Failed);
    }

    private static double Median(List<LoadResult> results, Func<LoadResult, double> number) => results.Select(number).Order().ElementAt(results.Count / 2);

    /// <summary>Each package has seen a tenth of the ads, at most a hundred.</summary>
    private static IEnumerable<AdEvent> Past(Ad[] ads, DateTimeOffset now)
    {
        var day = UtcDay.Of(now).AddDays(-1);
        return from package in Enumerable.Range(0, Packages)
               from number in Enumerable.Range(0, Math.Min(100, ads.Length / 10))
               select FilledStore.Event(ads[(package * 7 + number) % ads.Length], $"com.example.app{package}", day, EventType.View);
    }
}
