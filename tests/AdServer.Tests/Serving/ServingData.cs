using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Tests.Serving;

/// <summary>Makes what the tests of serving need.</summary>
internal static class ServingData
{
    public static DateTimeOffset Noon { get; } = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    public static Ad Ad(string id, Budget budget = Budget.Low, PackageRules? packages = null) => new()
    {
        Id = id,
        Name = $"Ad {id}",
        PerformerId = "performer",
        Details = new AdDetails("https://v.example/1.mp4", "https://t.example", budget, 5, 30),
        Packages = packages ?? PackageRules.Everywhere,
        CreatedAt = Noon,
        UpdatedAt = Noon,
    };

    public static CatalogSnapshot Catalog(IEnumerable<Ad> ads) =>
        CatalogSnapshot.Empty.With([.. ads.Select(ad => new CatalogChange(Ad: ad))]);

    /// <summary>Ads named 0, 1, 2… with budgets low, medium, high in turn.</summary>
    public static CatalogSnapshot Catalog(int count) =>
        Catalog(Enumerable.Range(0, count).Select(number => Ad($"{number}", (Budget)(1 + (number % 3)))));

    public static SlotSet Seen(CatalogSnapshot catalog, IEnumerable<string> ids)
    {
        var seen = new SlotSet();
        int[] slots = [.. ids.Select(id => catalog.Find(id)!.Slot)];
        seen.Add(slots, catalog.Slots);
        return seen;
    }

    /// <summary>Delivered pairs on a store of their own, of a catalogue without ads.</summary>
    public static DeliveredAds Delivered(IDeliveredStore store)
    {
        var catalog = new ServingHost.FixedCatalog([]);
        var refresher = new CatalogRefresher(catalog);
        return new DeliveredAds(
            new KnownPackages(10, AdEvent.OtherPackage),
            refresher,
            new AdLookup(catalog, refresher, TimeProvider.System),
            new DeliveredLookup(store, catalog, TimeProvider.System),
            store);
    }

    public static Package Package(string name) => new(name, 1);

    public static AdEvent Event(string adId, string package, bool isOther = false) => new()
    {
        AdId = adId,
        PerformerId = "performer",
        PackageName = package,
        IsOtherPackage = isOther,
        Timestamp = "2026-03-10T12:00:00.000Z",
        Day = UtcDay.Of(Noon),
        Type = EventType.View,
        WatchDuration = 1000,
        CreatedAt = Noon,
    };
}

/// <summary>A clock that stands still until it is set.</summary>
internal sealed class StillClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
