using AdServer.Common;

namespace AdServer.Serving;

/// <summary>The counters of one day.</summary>
internal sealed class DayTally(UtcDay day)
{
    /// <summary>The most rows that are written at once, so that events do not wait long for the store's one writer.</summary>
    private const int PartSize = 5000;

    public UtcDay Day => day;

    /// <summary>Deliveries by the ad's slot.</summary>
    public Tallies Ads { get; } = new();

    /// <summary>Requests and fills by the package's index.</summary>
    public Tallies Packages { get; } = new();

    public IEnumerable<DeliveryPart> ReadChanged() => Ads.Changed.Chunk(PartSize).Select(OfAds).Concat(Packages.Changed.Chunk(PartSize).Select(OfPackages));

    private DeliveryPart OfAds(TallyRead[] read) => new(Array.ConvertAll(read, one => new DeliveryTotal(one.Key, day, one.Count)), [], read);

    private DeliveryPart OfPackages(TallyRead[] read) => new([], Array.ConvertAll(read, one => new RequestTotal(one.Key, day, one.Count, one.Fills)), read);
}

/// <summary>Totals that changed.</summary>
/// <param name="Deliveries">Of ads.</param>
/// <param name="Requests">Of packages.</param>
/// <param name="Read">The counters as they were read.</param>
internal sealed record DeliveryPart(IReadOnlyList<DeliveryTotal> Deliveries, IReadOnlyList<RequestTotal> Requests, IReadOnlyList<TallyRead> Read)
{
    /// <summary>The store has them.</summary>
    public void Settle()
    {
        foreach (var one in Read)
        {
            one.Settle();
        }
    }
}
