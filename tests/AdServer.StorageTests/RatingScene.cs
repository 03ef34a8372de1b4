using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Rules of today and of tomorrow, and events that they rate.</summary>
internal static class RatingScene
{
    /// <summary>An end card may be watched for ten minutes.</summary>
    public static readonly TrafficSettings Mild = new() { MaxEventsPerMinute = 3 };

    /// <summary>It may not be watched at all, and devices may report as much as they like.</summary>
    public static readonly TrafficSettings Strict = new() { MaxEndCardSeconds = 0, MaxEventsPerMinute = 1000 };

    private static readonly string[] Ads = ["a1", "a2"];

    public static TrafficRules RulesOf(TrafficSettings settings) => new(settings, RobotAgents.Read(RobotAgents.ShippedPath));

    /// <summary>What rates history anew by these settings.</summary>
    public static DayRating RatingOf(this TestEngine engine, TrafficSettings settings, IRatingStore? store = null) =>
        new(store ?? engine.Rating, engine.Catalog, engine.Delivered, RulesOf(settings), settings);

    /// <summary>Says how many events went from which flaw to which.</summary>
    public static async Task<string> RateAsync(this TestEngine engine, TrafficSettings settings, IRatingStore? store = null, UtcDay? day = null)
    {
        var rated = await engine.RatingOf(settings, store).RateAsync(day ?? Today, Token);
        return $"{rated.Events}: {string.Join(", ", rated.Changes.Select(one => $"{one.Events} {one.From} > {one.To}"))}";
    }

    /// <summary>Ads that were handed out to the app of all samples, but for a2.</summary>
    public static async Task AddDeliveredAdsAsync(this TestEngine engine)
    {
        await engine.AddAdsAsync("p1", Ads);
        await engine.Delivered.AddDeliveredAdsAsync([new PackageAds("com.example.app", ["a1"])], Token);
    }

    /// <summary>Events in the order of their receipt, rated as a server does when they come.</summary>
    public static IReadOnlyList<AdEvent> SomeEvents(int seed, int count, TrafficSettings settings)
    {
        var (random, rules, windows) = (new Random(seed), RulesOf(settings), new DeviceWindows(settings.MaxDevices));
        var (events, time) = (new List<AdEvent>(), Noon);
        for (var number = 0; number < count; number++)
        {
            time += TimeSpan.FromMilliseconds(random.Next(900));
            var one = Event(Ads[random.Next(2)], (EventType)random.Next(4), day: -random.Next(2), watched: random.Next(20_000)) with
            {
                EventId = random.Next(3) == 0 ? $"e{seed}.{number}" : null,
                DeviceId = random.Next(5) == 0 ? null : $"d{random.Next(4)}",
                UserAgent = random.Next(6) == 0 ? "curl/8.0" : null,
                CreatedAt = time,
            };
            events.Add(one with { Flaw = rules.FlawOf(one, new CatalogAd(Ad(one.AdId), 0, []), one.AdId == "a1", windows) });
        }

        return events;
    }
}
