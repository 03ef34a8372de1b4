using AdServer.Common;
using AdServer.Events;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>When a day is closed, and which revision takes what comes later.</summary>
public sealed class DayClosingTests
{
    private static readonly UtcDay Day = UtcDay.Parse("2026-11-21");

    [Theory]
    [InlineData("2026-11-01T00:00:00.000Z", 0)]
    [InlineData("2026-11-22T00:09:59.999Z", 0)]
    [InlineData("2026-11-22T00:10:00.000Z", 1)]
    [InlineData("2026-11-22T01:09:59.999Z", 1)]
    [InlineData("2026-11-22T01:10:00.000Z", 2)]
    [InlineData("2026-12-21T23:59:59.999Z", 720)]
    public void A_revision_is_the_hour_after_the_closing(string at, int revision) =>
        Assert.Equal(revision, DayClosing.RevisionOf(Day, DateTimeOffset.Parse(at, null)));

    [Theory]
    [InlineData("2026-11-22T00:09:59.999Z", "2026-11-20", "2026-11-21T23:10:00Z")]
    [InlineData("2026-11-22T00:10:00.000Z", "2026-11-21", "2026-11-22T00:10:00Z")]
    [InlineData("2026-11-22T13:09:59.999Z", "2026-11-21", "2026-11-22T12:10:00Z")]
    [InlineData("1969-12-31T23:00:00.000Z", "1969-12-30", "1969-12-31T22:10:00Z")]
    public void At_any_moment_a_day_and_an_hour_were_closed_last(string at, string day, string closing)
    {
        var moment = DateTimeOffset.Parse(at, null);

        Assert.Equal(UtcDay.Parse(day), DayClosing.LastClosed(moment));
        Assert.Equal(DateTimeOffset.Parse(closing, null), DayClosing.LastClosing(moment));
    }

    [Fact]
    public void What_had_arrived_before_a_closing_is_in_the_revisions_that_were_closed_by_then_and_nothing_else() => Prop.ForAll(
        Arb.From(
            from back in Gen.Choose(0, 30)
            from arrival in Gen.Choose(0, 40 * 24 * 12)
            from asked in Gen.Choose(0, 40 * 24 * 12)
            select (Day: Day.AddDays(-back), ArrivedAt: Day.Start.AddMinutes(5 * arrival), AskedAt: Day.Start.AddMinutes(5 * asked))),
        one =>
        {
            var closing = DayClosing.LastClosing(one.AskedAt);
            var isInTime = one.Day <= DayClosing.LastClosed(closing)
                && DayClosing.ClosedAt(one.Day, DayClosing.RevisionOf(one.Day, one.ArrivedAt)) <= closing;
            Assert.Equal(one.Day <= DayClosing.LastClosed(closing) && one.ArrivedAt < closing, isInTime);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_event_that_waited_arrives_later_and_one_before_its_receipt_does_not()
    {
        var received = Day.AddDays(1).Start;
        var one = new AdEvent
        {
            AdId = "a",
            PerformerId = "p",
            PackageName = "x",
            Timestamp = "t",
            Day = Day,
            Type = EventType.View,
            WatchDuration = 0,
            CreatedAt = received,
        };

        Assert.Equal(0, one.ArrivingAt(received.AddMinutes(9)).Revision);
        Assert.Equal(3, one.ArrivingAt(received.AddHours(3)).Revision);
        Assert.Equal(3, one.ArrivingAt(received.AddHours(3)).ArrivingAt(received).Revision);
    }
}
