using System.Collections.Concurrent;
using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Serving;

/// <summary>
/// Counts what was asked for and handed out, per day, in memory. Recording takes no lock. The totals only grow, so that
/// <see cref="DeliveryWriter"/> can replace what the store has by them, again and again.
/// </summary>
internal sealed class Delivery
{
    private readonly ConcurrentDictionary<UtcDay, DayTally> days = new();
    private readonly Lock changingDay = new();
    private volatile DayTally? today;

    /// <summary>The days that are held in memory.</summary>
    public IReadOnlyCollection<UtcDay> Days => [.. days.Keys.Order()];

    /// <summary>Counts a request, and the ad that answered it if there was one.</summary>
    public void Record(Package package, CatalogAd? ad, DateTimeOffset now)
    {
        var day = UtcDay.Of(now);
        var tally = today is { } held && held.Day.CompareTo(day) >= 0 ? held : Begin(day);
        ref var asked = ref tally.Packages.Of(package.Index);
        asked.Name(package.Name);
        asked.Increment();
        if (ad is not null)
        {
            asked.IncrementFills();
            Count(ref tally.Ads.Of(ad.Slot), ad);
        }
    }

    /// <summary>Has the processor fetch what <see cref="Record"/> will count of an ad, and waits for nothing.</summary>
    public void Fetch(int slot) => today?.Ads.Fetch(slot);

    /// <summary>What changed since it was last settled, in parts of bounded size.</summary>
    public IEnumerable<DeliveryPart> ReadChanged() => days.Values.SelectMany(day => day.ReadChanged());

    /// <summary>
    /// Forgets days that are over and of which the store has all. Called before a flush, not after it: a request of the day's last moment
    /// has until the next one to count.
    /// </summary>
    public void DropSettledDays()
    {
        foreach (var over in days.Values.Where(day => day != today && !day.ReadChanged().Any()))
        {
            days.TryRemove(over.Day, out _);
        }
    }

    private static void Count(ref Tally handed, CatalogAd ad)
    {
        if (!handed.IsNamed)
        {
            // Only then: the name lies elsewhere in memory.
            handed.Name(ad.Ad.Id);
        }

        handed.Increment();
    }

    /// <summary>
    /// Goes on to the next day, never back: a clock that is set back must not start a day anew whose total the store already has.
    /// </summary>
    private DayTally Begin(UtcDay day)
    {
        lock (changingDay)
        {
            if (today is not { } held || held.Day.CompareTo(day) < 0)
            {
                today = days.GetOrAdd(day, new DayTally(day));
            }

            return today;
        }
    }
}
