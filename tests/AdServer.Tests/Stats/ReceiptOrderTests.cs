using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>Events that come nearly in the order of their receipt leave in that order.</summary>
public sealed class ReceiptOrderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Whoever_comes_at_most_so_many_places_too_late_is_put_right_and_equals_stay_as_they_came()
    {
        Assert.Equal("1a 1b 2 3 4 5 6", Sort(3, "1a", "4", "3", "2", "1b", "6", "5"));
        Assert.Equal("2 3 1 4 5", Sort(2, "3", "4", "2", "5", "1"));
        Assert.Equal("", Sort(2));
    }

    private static string Sort(int most, params string[] seconds)
    {
        var order = new ReceiptOrder(most);
        var first = seconds.Select(second => order.Next(new PlacedEvent(second, Event(second[0] - '0')))).OfType<PlacedEvent>().ToList();
        return string.Join(' ', first.Concat(order.Rest()).Select(one => one.Place));
    }

    private static AdEvent Event(int second) => new()
    {
        AdId = "a",
        PerformerId = "p",
        PackageName = "x",
        Timestamp = "t",
        Day = UtcDay.Of(Noon),
        Type = EventType.View,
        WatchDuration = 0,
        CreatedAt = Noon.AddSeconds(second),
    };
}
