using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Tests.Events.Traffic;

/// <summary>An ad, and an event of it with which nothing is wrong.</summary>
internal static class TrafficScene
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static Ad Ad => new()
    {
        Id = "ad-1",
        Name = "Ad",
        PerformerId = "ann",
        Details = new AdDetails("https://a.example/", "https://b.example/", Budget.Low, 5, 30),
        CreatedAt = Noon,
        UpdatedAt = Noon,
    };

    public static AdEvent View => new()
    {
        AdId = "ad-1",
        PerformerId = "ann",
        PackageName = "com.example.game",
        DeviceId = "one",
        Timestamp = "2026-03-01T12:00:00Z",
        Day = UtcDay.Of(Noon),
        Type = EventType.View,
        WatchDuration = 12_000,
        CreatedAt = Noon,
    };
}
