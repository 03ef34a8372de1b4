using AdServer.Catalog;
using AdServer.Common;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands.Demo;

/// <summary>
/// Fills an empty store with something to look at. Everything follows from the instant at which it was begun, and that instant is
/// kept in the store: a fixed time after the creation of the first performer, which is written before all else. So a run that was
/// stopped is continued by doing the same again: performers are found by address, ads by id, events are duplicates by their
/// <c>eventId</c>, rolls are applied once, and delivery totals replace themselves. How far it came is the version of that same performer: 1 begun,
/// 2 all ads are there (one that is missing now was removed), 3 or more complete, for good, whatever is changed or removed afterwards. A store
/// with performers but without that one is left alone.
/// </summary>
internal sealed class DemoData(IDemoStore store, IAnsiConsole console, TimeProvider clock)
{
    private const int BatchSize = 1000;
    private const int Begun = 1;
    private const int Complete = 3;

    /// <summary>The process that handed out the demo's ads, as far as delivery rows are concerned.</summary>
    private const string Process = "demo";

    /// <summary>Fills the store, or continues to; does nothing when it holds anything else. To be run before the server serves.</summary>
    public async Task FillAsync(CancellationToken cancellation)
    {
        if (await BeginAsync(cancellation) is not { } first)
        {
            return;
        }

        var begun = first.CreatedAt + DemoCatalog.PerformerAge;
        var demo = new DemoCatalog(begun);
        if (first.Version == Begun)
        {
            await AddCatalogAsync(demo, cancellation);
            first = await MarkAsync(first, cancellation);
        }

        var traffic = DemoTraffic.Of(begun, demo.Ads);
        await console.WithProgressAsync("Adding demo events: batch", steps => AppendAsync(traffic, steps, cancellation));
        await store.ReplaceDeliveriesAsync(Process, traffic.Deliveries, traffic.Requests, cancellation);
        var pairs = traffic.Events.Select(one => (one.CountedPackage, one.AdId)).Distinct();
        await store.AddDeliveredAdsAsync(PackageAds.Sets(pairs), cancellation);
        await MarkAsync(first, cancellation);
        console.Line($"Demo data: {demo.Performers.Count} performers, {demo.Ads.Count} ads, {traffic.Events.Count} events of {DemoTraffic.Days} days.");
    }

    /// <summary>The first performer, just added or from a run that was stopped; nothing if there is nothing to do.</summary>
    private async Task<Performer?> BeginAsync(CancellationToken cancellation)
    {
        if (await store.FindPerformerByEmailAsync(DemoCatalog.FirstEmail, cancellation) is { } begun)
        {
            if (begun.Version < Complete)
            {
                return begun;
            }

            console.Line("The demo data is already there: nothing was added.");
            return null;
        }

        if ((await store.ListPerformersAsync(null, 1, cancellation)).Count > 0)
        {
            console.Line("The store is not empty: no demo data was added.");
            return null;
        }

        var first = new DemoCatalog(clock.Now()).Performers[0];
        return (await store.AddPerformerAsync(first, cancellation)).Performer;
    }

    private async Task<Performer> MarkAsync(Performer first, CancellationToken cancellation)
    {
        var next = first with { Version = first.Version + 1 };
        await store.ReplacePerformerAsync(next, cancellation);
        return next;
    }

    private async Task AddCatalogAsync(DemoCatalog demo, CancellationToken cancellation)
    {
        foreach (var performer in demo.Performers)
        {
            await store.AddPerformerAsync(performer, cancellation);
        }

        foreach (var ad in demo.Ads)
        {
            if (await store.FindAdAsync(ad.Id, cancellation) is null)
            {
                await store.AddAdAsync(ad, cancellation);
            }
        }
    }

    private async Task<int> AppendAsync(DemoTraffic traffic, Action<int, int> steps, CancellationToken cancellation)
    {
        var batches = traffic.Events.Chunk(BatchSize).ToList();
        for (var done = 0; done < batches.Count; done++)
        {
            steps(done, batches.Count);
            await store.AppendAsync(batches[done], cancellation);
            while (await store.NextRollAsync(BatchSize, cancellation) is { } roll)
            {
                await store.ApplyAsync(roll, cancellation);
            }
        }

        return batches.Count;
    }
}
