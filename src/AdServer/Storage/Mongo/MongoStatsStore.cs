using System.Runtime.CompilerServices;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Storage.Mongo;

/// <summary>Derived rows and delivery rows in MongoDB. Every write may be repeated, by any host, after any pause (laws 5 and 6).</summary>
internal sealed class MongoStatsStore : IStatsStore, ISweepStore, IServingStore
{
    private readonly MongoRetry commands;
    private readonly TimeProvider clock;
    private readonly MongoRolls rolls;
    private readonly MongoTail tail;
    private readonly MongoAdMarks marks;
    private readonly MongoPackages packages;
    private readonly MongoPackageAds packageAds;
    private readonly MongoSweep sweep;
    private readonly MongoSpools spools;

    /// <param name="commands">The engine.</param>
    /// <param name="clock">The time.</param>
    /// <param name="spools">What waits for the engine.</param>
    /// <param name="noted">The packages as others of this process note them, whose order is one.</param>
    public MongoStatsStore(MongoRetry commands, TimeProvider clock, MongoSpools spools, MongoPackages? noted = null)
    {
        (this.commands, this.clock, this.spools) = (commands, clock, spools);
        rolls = new(commands, clock);
        tail = new(commands);
        marks = new(commands);
        packages = noted ?? new(commands, clock);
        packageAds = new(commands, packages);
        sweep = new(commands, clock);
    }

    public async Task ApplyAsync(Roll roll, CancellationToken cancellation)
    {
        if (await rolls.IsAppliedAsync(roll.Number, cancellation))
        {
            return;
        }

        var ads = roll.Events.Select(one => one.AdId).Distinct().ToList();
        var gone = await marks.FindRemovedAsync(ads, cancellation);
        var counts = RollUp.Of(roll.Events.Where(one => !gone.Contains(one.AdId)));
        await MongoBuckets.AddAsync(commands, roll, gone, clock.Now(), cancellation);
        await packageAds.AddAsync(counts.PackageDays.Keys.Select(key => (key.Package, key.AdId)), cancellation);
        await MongoDerived.AddRowsAsync(commands, counts, roll.Number, clock.Now(), cancellation);
        await marks.ReopenAsync(ads, roll.Number, cancellation);
        await rolls.MarkAppliedAsync(roll.Number, cancellation);
    }

    /// <summary>Position, then rows, then tail (law 11). An event of the tail adds to a row unless the row's own <c>through</c> includes it.</summary>
    public async Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        // First: what leaves a spool from now on is in what is read.
        var isComplete = await spools.AreEmptyAsync(cancellation);
        while (true)
        {
            var roll = await rolls.ReadLastAppliedAsync(cancellation);
            var rows = new MongoStatsQuery(commands, query, roll, await marks.ListUnsweptAsync(cancellation));
            var page = await rows.ReadPageAsync(cancellation);
            var total = query.After is null && page.Rows.Count <= query.Limit ? page : await rows.ReadTotalAsync(cancellation);
            var behind = await tail.ListAsync(roll, cancellation);
            if (await tail.TryAddUpAsync(behind, cancellation) is { } sums)
            {
                var gone = await marks.FindRemovedAsync(sums.Select(sum => sum.Key.AdId), cancellation);
                var live = sums.Where(sum => !gone.Contains(sum.Key.AdId)).ToList();
                return View(query, page, total, live, new StatsPosition(roll, behind.Sum(batch => (long)batch.Events))) with { IsComplete = isComplete };
            }

            await patience.PauseAsync(cancellation);
        }
    }

    public async IAsyncEnumerable<PackageAds> ReadPackageAdsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var set in packageAds.ReadAllAsync(cancellation))
        {
            yield return set;
        }

        foreach (var set in await spools.ReadPackageAdsAsync(cancellation))
        {
            yield return set;
        }
    }

    public Task<PackageAdsNews> ReadNewPackageAdsAsync(PackageAdsPlace? after, CancellationToken cancellation) =>
        packageAds.ReadNewsAsync(after, cancellation);

    public async Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation)
    {
        var performers = await marks.FindPerformersAsync(deliveries.Select(total => total.AdId), cancellation);
        await MongoCounters.ReplaceAsync(commands, process, deliveries, performers, cancellation);
        await marks.ReopenAsync(performers.Keys, 0, cancellation);
        await packages.NoteAsync(requests.Select(total => total.Package), cancellation);
        await MongoCounters.ReplaceAsync(commands, process, requests, cancellation);
    }

    public Task<bool> SweepRemovedAsync(int slice, CancellationToken cancellation) => sweep.SliceAsync(slice, cancellation);

    private static StatsView View(StatsQuery query, MongoStatsRows page, MongoStatsRows total, IReadOnlyList<MongoSum> tail, StatsPosition position)
    {
        var rows = StatsMerge.Page(query, page.Rows, StatsMerge.Tail(query, page.Without(tail, query)));
        var sum = total.Rows.Concat(StatsMerge.Tail(query, total.Without(tail, query))).Aggregate(default(Measures), (all, row) => all + row.Measures);
        return new StatsView(rows, sum, position);
    }
}
