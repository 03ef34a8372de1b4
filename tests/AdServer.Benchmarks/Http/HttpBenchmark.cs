using AdServer.Catalog;
using AdServer.Events;

namespace AdServer.Benchmarks.Http;

/// <summary>
/// The server beside the web server alone, which answers the same bytes: alternating in one run on one machine, load generator included. Ratios, because the
/// machine is what it is.
/// </summary>
internal static class HttpBenchmark
{
    private const string Single = "POST /ad_event";
    private const string Batches = "POST /ad_events, 100 each";
    private const string NoAd = "GET /ads/random, no ad";

    private static readonly int[] Catalogues = [10_000, 100, 100_000];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(arguments, "--seconds", "--ads", "--only", "--at");
        var (time, only) = (options.Seconds("--seconds", 5), options.Text("--only", string.Empty));
        using var wrk = new Wrk();
        var failed = 0L;
        foreach (var ads in options.Has("--ads") ? [options.Count("--ads", 0)] : Catalogues)
        {
            failed += await CompareAsync(wrk, ads, time, only, options.Number("--at", 0.7));
        }

        if (NoAd.Contains(only, StringComparison.Ordinal))
        {
            failed += await CompareEmptyAsync(wrk, time);
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
        WriteHead($"no ads, {Past.Packages:N0} packages", time, server);
        var comparison = new Comparison(wrk, bare, server, time);
        await comparison.WarmAndRunAsync(NoAd, LoadScripts.Ads(Past.Packages));
        return comparison.Failed;
    }

    private static void WriteHead(string what, TimeSpan time, Running server)
    {
        Console.WriteLine();
        Console.WriteLine($"{what}; medians of {Comparison.Rounds} rounds of {time.TotalSeconds:0} s; started with {server.Megabytes():0} MB");
        Comparison.WriteHead();
    }

    /// <param name="wrk">Drives both.</param>
    /// <param name="count">How many ads there are.</param>
    /// <param name="time">A round.</param>
    /// <param name="only">What is in the names of the loads that are wanted.</param>
    /// <param name="at">The part of what the server can take, at which single events are sent once more.</param>
    private static async Task<long> CompareAsync(Wrk wrk, int count, TimeSpan time, string only, double at)
    {
        await using var store = new FilledStore();
        var ads = await Past.FillAsync(store, count);
        await using var server = await Running.AdServerAsync(store.Path);
        await using var bare = await Running.BareAsync(server, ads[0].Id);
        WriteHead($"{count:N0} ads, {Past.Packages:N0} packages", time, server);
        var comparison = new Comparison(wrk, bare, server, time);
        foreach (var (name, script) in Loads(ads).Where(load => load.Name.Contains(only, StringComparison.Ordinal)))
        {
            var most = await comparison.WarmAndRunAsync(name, script);
            if (name == Single)
            {
                await comparison.RunAsync($"  sent at {100 * at:0} % of it: {most * at:N0}/s", LoadScripts.AtRate(script, most * at));
            }
            else if (name == Batches)
            {
                WriteInserts([.. Past.Events(ads, TimeProvider.System.GetUtcNow()).Take(Past.BatchSize)], time);
            }
        }

        Console.WriteLine($"ended with {server.Megabytes():0} MB, {comparison.Failed} failed");
        return comparison.Failed;
    }

    /// <summary>What a batch of events costs SQLite alone; in events a second, beside requests.</summary>
    private static void WriteInserts(IReadOnlyList<AdEvent> events, TimeSpan time)
    {
        var median = Enumerable.Range(0, Comparison.Rounds).Select(_ => BareInserts.Run(events, time)).Median();
        Console.WriteLine($"{"  the same events into bare SQLite",-34} {median,9:N0} events/s, {median / Past.BatchSize:N0} batches/s");
    }

    private static IEnumerable<(string Name, string Script)> Loads(Ad[] ads)
    {
        yield return ("GET /ads/random", LoadScripts.Ads(Past.Packages));
        yield return ("GET /ads/random, Connection: close", LoadScripts.Ads(Past.Packages, closes: true));
        yield return (Single, LoadScripts.Events(ads, Past.Packages));
        yield return (Batches, LoadScripts.Batches(ads, Past.Packages, Past.BatchSize));
        yield return ("both, 1:1", LoadScripts.Both(ads, Past.Packages));
    }
}
