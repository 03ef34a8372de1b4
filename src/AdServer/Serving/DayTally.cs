using System.Collections.Concurrent;
using AdServer.Common;

namespace AdServer.Serving;

/// <summary>The counters of one day.</summary>
internal sealed class DayTally(UtcDay day)
{
    /// <summary>The most rows that are written at once, so that events do not wait long for the store's one writer.</summary>
    private const int PartSize = 5000;

    public UtcDay Day => day;

    /// <summary>Deliveries by the ad's slot.</summary>
    public ConcurrentDictionary<int, Tally> Ads { get; } = new();

    /// <summary>Requests and fills by the package's index.</summary>
    public ConcurrentDictionary<int, Tally> Packages { get; } = new();

    public IEnumerable<DeliveryPart> ReadChanged() =>
        Ads.Values.Where(tally => tally.IsChanged).Chunk(PartSize).Select(OfAds)
            .Concat(Packages.Values.Where(tally => tally.IsChanged).Chunk(PartSize).Select(OfPackages));

    private DeliveryPart OfAds(Tally[] tallies)
    {
        var read = Array.ConvertAll(tallies, tally => (Tally: tally, Totals: tally.Read()));
        return new DeliveryPart(Array.ConvertAll(read, item => new DeliveryTotal(item.Tally.Key, day, item.Totals.Count)), [], read);
    }

    private DeliveryPart OfPackages(Tally[] tallies)
    {
        var read = Array.ConvertAll(tallies, tally => (Tally: tally, Totals: tally.Read()));
        return new DeliveryPart(
            [], Array.ConvertAll(read, item => new RequestTotal(item.Tally.Key, day, item.Totals.Count, item.Totals.Fills)), read);
    }
}

/// <summary>A running total, and how much of it the store has.</summary>
/// <param name="key">The ad's identity or the package's name.</param>
internal sealed class Tally(string key)
{
    private long count;
    private long fills;
    private (long Count, long Fills) settled;

    public string Key => key;

    public bool IsChanged => Read() != settled;

    public void Increment() => Interlocked.Increment(ref count);

    public void IncrementFills() => Interlocked.Increment(ref fills);

    /// <summary>Fills are read first: a request is counted before its fill, so there are never more fills than requests.</summary>
    public (long Count, long Fills) Read()
    {
        var filled = Interlocked.Read(ref fills);
        return (Interlocked.Read(ref count), filled);
    }

    /// <summary>The store has these totals. Called by the one who flushes.</summary>
    public void Settle((long Count, long Fills) totals) => settled = totals;
}

/// <summary>Totals that changed.</summary>
/// <param name="Deliveries">Of ads.</param>
/// <param name="Requests">Of packages.</param>
/// <param name="Read">The counters as they were read.</param>
internal sealed record DeliveryPart(
    IReadOnlyList<DeliveryTotal> Deliveries,
    IReadOnlyList<RequestTotal> Requests,
    IReadOnlyList<(Tally Tally, (long Count, long Fills) Totals)> Read)
{
    /// <summary>The store has them.</summary>
    public void Settle()
    {
        foreach (var (tally, totals) in Read)
        {
            tally.Settle(totals);
        }
    }
}
