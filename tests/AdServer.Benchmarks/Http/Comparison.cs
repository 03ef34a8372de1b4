namespace AdServer.Benchmarks.Http;

/// <summary>The same load on the web server alone and on the ad server, in turn: a row of the table.</summary>
/// <param name="wrk">Drives them.</param>
/// <param name="bare">The web server alone.</param>
/// <param name="server">The ad server.</param>
/// <param name="time">A round of each.</param>
internal sealed class Comparison(Wrk wrk, Running bare, Running server, TimeSpan time)
{
    public const int Rounds = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>Answers from 400 on, and connections that broke, so far.</summary>
    public long Failed { get; private set; }

    public static void WriteHead() =>
        Console.WriteLine($"{"",-34} {"bare/s",9} {"server/s",9} {"ratio",6} {"p50",8} {"p99",8} {"p99 ratio",10} {"cpu/request",12}");

    /// <summary>Runs a load for the first time. The code that is compiled anew while it runs is not what a server spends its days with.</summary>
    /// <returns>What the ad server did in a second.</returns>
    public async Task<double> WarmAndRunAsync(string name, string script)
    {
        await wrk.RunAsync(bare.Url, script, WarmUp);
        await wrk.RunAsync(server.Url, script, WarmUp);
        return await RunAsync(name, script);
    }

    /// <summary>The same where both are warm.</summary>
    public async Task<double> RunAsync(string name, string script)
    {
        var (bares, servers, spent) = (new List<LoadResult>(), new List<LoadResult>(), TimeSpan.Zero);
        for (var round = 0; round < Rounds; round++)
        {
            bares.Add(await wrk.RunAsync(bare.Url, script, time));
            var before = server.Processor();
            servers.Add(await wrk.RunAsync(server.Url, script, time));
            spent += server.Processor() - before;
        }

        Failed += bares.Concat(servers).Sum(one => one.Failed);
        var (alone, ours) = (bares.Select(one => one.PerSecond).Median(), servers.Select(one => one.PerSecond).Median());
        var (p50, p99) = (servers.Select(one => one.Median.TotalMilliseconds).Median(), servers.Select(one => one.P99.TotalMilliseconds).Median());
        var requests = servers.Sum(one => one.PerSecond) * time.TotalSeconds;
        var p99Ratio = p99 / bares.Select(one => one.P99.TotalMilliseconds).Median();
        Console.WriteLine($"{name,-34} {alone,9:N0} {ours,9:N0} {ours / alone,6:F2} {p50,5:F2} ms {p99,5:F2} ms {p99Ratio,10:F2} {spent.TotalMicroseconds / requests,9:F1} µs");
        return ours;
    }
}
