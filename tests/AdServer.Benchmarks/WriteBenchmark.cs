using System.Diagnostics;
using AdServer.Benchmarks.Http;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;

namespace AdServer.Benchmarks;

/// <summary>What the store's one writer does under load, each part for itself and without a web server: appends, rolls, and what a second of deliveries writes.</summary>
internal static class WriteBenchmark
{
    private const int Ads = 10_000;
    private const int RollSize = 5000;
    private const int PairsASecond = 50_000;
    private const int Single = 1000;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = new Options(arguments, "--rounds").Count("--rounds", 15);
        await using var store = new FilledStore();
        var ads = await Past.FillAsync(store, Ads);
        var load = new Load(ads);
        var lines = new Dictionary<string, List<Cost>>();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (name, cost) in await RunAsync(store, load, round))
            {
                // The first round is to warm up.
                lines.TryAdd(name, []);
                lines[name].AddRange(round == 0 ? [] : [cost]);
            }
        }

        Console.WriteLine($"{Ads:N0} ads, {Past.Packages:N0} packages; {rounds} rounds");
        Console.WriteLine($"{"",-44} {"median",9} {"best",9} {"processor",10}");
        foreach (var (name, costs) in lines)
        {
            Console.WriteLine($"{name,-44} {costs.Select(cost => cost.Elapsed).Median(),9:F2} {costs.Min(cost => cost.Elapsed),9:F2} {costs.Select(cost => cost.Spent).Median(),10:F2}");
        }

        return 0;
    }

    private static async Task<List<(string Name, Cost Cost)>> RunAsync(FilledStore store, Load load, int round)
    {
        var pairs = load.NewPairs(round).ToList();
        return
        [
            ("append 16 at once, µs an event", await AppendAsync(store, load.Events(Single), 16)),
            ($"roll {RollSize:N0} of {Single:N0} pairs, ms", await RollAsync(store)),
            ("append 100 at once, µs an event", await AppendAsync(store, load.Events(load.Pairs.Count), 100)),
            ($"roll {RollSize:N0} of {load.Pairs.Count:N0} pairs, ms", await RollAsync(store)),
            ("the same, verified: append, µs an event", await AppendAsync(store, load.Events(load.Pairs.Count).Select(one => one with { IsVerified = true }), 100)),
            ("the same, verified: roll, ms", await RollAsync(store)),
            ("totals of a second of deliveries, ms", await MeasureAsync(1000, () => store.Serving.ReplaceDeliveriesAsync("p", load.Deliveries(round), load.Requests(round), CancellationToken.None))),
            ($"{PairsASecond:N0} new pairs, ms", await MeasureAsync(1000, () => store.DeliverAsync(pairs))),
        ];
    }

    private static Task<Cost> AppendAsync(FilledStore store, IEnumerable<AdEvent> events, int batch)
    {
        AdEvent[][] batches = [.. events.Take(2 * RollSize).Chunk(batch)];
        return MeasureAsync(
            1e6 / (2 * RollSize),
            async () =>
            {
                foreach (var one in batches)
                {
                    await store.Journal.AppendAsync(one, CancellationToken.None);
                }
            });
    }

    /// <summary>Two rolls: the one after an append, and another one.</summary>
    private static Task<Cost> RollAsync(FilledStore store) =>
        MeasureAsync(
            500,
            async () =>
            {
                while (await store.Journal.NextRollAsync(RollSize, CancellationToken.None) is { } roll)
                {
                    await store.Stats.ApplyAsync(roll, CancellationToken.None);
                }
            });

    /// <param name="perSecond">What a second is in the unit that is wanted.</param>
    /// <param name="work">The work.</param>
    private static async Task<Cost> MeasureAsync(double perSecond, Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var (spent, started) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await work();
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        return new Cost(elapsed.TotalSeconds * perSecond, (process.TotalProcessorTime - spent).TotalSeconds * perSecond);
    }

    /// <summary>Time, and processor time of all threads.</summary>
    private readonly record struct Cost(double Elapsed, double Spent);

    /// <summary>What the loads of <see cref="HttpBenchmark"/> would bring.</summary>
    private sealed class Load(Ad[] ads)
    {
        private readonly UtcDay today = UtcDay.Of(TimeProvider.System.GetUtcNow());
        private readonly Dictionary<string, Ad> byId = ads.ToDictionary(ad => ad.Id);

        /// <summary>Apps and ads of the batches; the first of them are those of single events.</summary>
        public IReadOnlyList<(string Package, string AdId)> Pairs { get; } = [.. LoadScripts.Delivered(ads, Past.Packages, Past.BatchSize)];

        public IEnumerable<AdEvent> Events(int pairs)
        {
            for (var number = 0; ; number++)
            {
                var (package, adId) = Pairs[number % pairs];
                yield return FilledStore.Event(byId[adId], package, today, (EventType)(number % 4));
            }
        }

        public DeliveryTotal[] Deliveries(int round) => [.. ads.Select(ad => new DeliveryTotal(ad.Id, today, round + 1))];

        public RequestTotal[] Requests(int round) => [.. Enumerable.Range(0, Past.Packages).Select(package => new RequestTotal($"com.example.app{package}", today, round + 2, round + 1))];

        /// <summary>Each app gets the next ads.</summary>
        public IEnumerable<(string Package, string AdId)> NewPairs(int round) =>
            from number in Enumerable.Range(0, PairsASecond / Past.Packages)
            from package in Enumerable.Range(0, Past.Packages)
            select ($"com.example.app{package}", ads[((round * PairsASecond / Past.Packages) + number + (package * 7)) % ads.Length].Id);
    }
}
