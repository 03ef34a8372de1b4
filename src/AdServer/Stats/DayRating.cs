using System.Runtime.CompilerServices;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>
/// Rates a day anew: its events go through the rules as they are now, in the order of their receipt, and those that come out otherwise are
/// changed. Bounded memory whatever a day holds; broken off anywhere and begun again, it ends in the same flaws.
/// </summary>
internal sealed class DayRating(
    IRatingStore store, ICatalogStore catalog, IDeliveredStore delivered, TrafficRules rules, TrafficSettings settings)
{
    /// <summary>Events that are held back until their order is known: more than come within a minute of hosts whose clocks differ by seconds.</summary>
    private const int MostHeld = 50_000;

    private const int EventsAtOnce = 1000;
    private const int MostChanges = 20_000;

    /// <summary>Rates the events of a day that applied rolls hold; says what changed.</summary>
    public async Task<RatedDay> RateAsync(UtcDay day, CancellationToken cancellation)
    {
        var (rated, changes) = (new RatedDay(day), new List<FlawChange>());
        var (windows, facts) = (new DeviceWindows(settings.MaxDevices), new RatingFacts(catalog, delivered));
        await foreach (var some in InOrderAsync(day, cancellation).Chunk(EventsAtOnce).WithCancellation(cancellation))
        {
            await facts.LearnAsync(some.Select(one => one.Event), cancellation);
            changes.AddRange(some.Select(one => new FlawChange(one, Rate(one.Event, facts, windows))).Where(one => rated.Count(one)));
            if (changes.Count >= MostChanges)
            {
                await store.ChangeAsync(day, changes, cancellation);
                changes = [];
            }
        }

        await store.ChangeAsync(day, changes, cancellation);
        await store.SettleAsync(day, LedgerCheck.MostRebuiltKeys, cancellation);
        return rated;
    }

    /// <summary>The flaw by today's rules. Of a removed ad nothing is known, and nothing is counted: its events keep theirs.</summary>
    private TrafficFlaw Rate(AdEvent one, RatingFacts facts, DeviceWindows windows)
    {
        var ad = facts.Find(one.AdId);
        var flaw = rules.FlawOf(one, ad, facts.IsDelivered(one), windows);
        return ad is null ? one.Flaw : flaw;
    }

    private async IAsyncEnumerable<PlacedEvent> InOrderAsync(UtcDay day, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var order = new ReceiptOrder(MostHeld);
        await foreach (var one in store.ListEventsAsync(day, cancellation))
        {
            if (order.Next(one) is { } first)
            {
                yield return first;
            }
        }

        foreach (var one in order.Rest())
        {
            yield return one;
        }
    }
}

/// <summary>What came of a day that was rated anew.</summary>
internal sealed class RatedDay(UtcDay day)
{
    private readonly SortedDictionary<(TrafficFlaw From, TrafficFlaw To), long> changes = [];

    public UtcDay Day => day;

    /// <summary>How many events were looked at.</summary>
    public long Events { get; private set; }

    /// <summary>How many of them changed from which flaw to which.</summary>
    public IEnumerable<(TrafficFlaw From, TrafficFlaw To, long Events)> Changes => changes.Select(pair => (pair.Key.From, pair.Key.To, pair.Value));

    /// <summary>Counts an event; says whether it changes.</summary>
    public bool Count(FlawChange one)
    {
        Events++;
        var before = one.One.Event.Flaw;
        if (before == one.Flaw)
        {
            return false;
        }

        changes[(before, one.Flaw)] = changes.GetValueOrDefault((before, one.Flaw)) + 1;
        return true;
    }
}
