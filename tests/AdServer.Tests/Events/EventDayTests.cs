using AdServer.Common;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>The day of an event, however its device writes the time.</summary>
public sealed class EventDayTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-21T12:00:00.500Z", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Beyond the bounds the day of receipt shows that the time was not believed, or not read.</summary>
    [Theory]
    [InlineData("2026-11-20T23:59:59.999Z", "2026-11-20")]
    [InlineData("2026-11-21T00:00:00.000Z", "2026-11-21")]
    [InlineData("2026-10-22T12:00:00.500Z", "2026-10-22")]
    [InlineData("2026-10-22T12:00:00.499Z", "2026-11-21")]
    [InlineData("2026-11-22T00:00:00.000Z", "2026-11-21")]
    [InlineData("2026-11-19T24:00:00.000Z", "2026-11-21")]
    [InlineData("2026-11-00T10:00:00.000Z", "2026-11-21")]
    [InlineData("2026-11-19T10:60:00.000Z", "2026-11-21")]
    [InlineData("2026-11-19T10:00:60.000Z", "2026-11-21")]
    [InlineData("2026-11-19T10:00:0a.000Z", "2026-11-21")]
    [InlineData("2026-11-19T10:00:00.00aZ", "2026-11-21")]
    [InlineData("2026-11-19 10:00:00.000Z", "2026-11-19")]
    [InlineData("2026/11/19T10:00:00.000Z", "2026-11-21")]
    [InlineData("2026-11-19T10:00:00.\u0661\u0662\u0663Z", "2026-11-21")]
    public void The_usual_time_is_read_as_any_other(string timestamp, string day)
    {
        Assert.Equal(UtcDay.Parse(day), EventDay.Of(timestamp, Now));

        // With another number of digits it is read another way.
        Assert.Equal(UtcDay.Parse(day), EventDay.Of(timestamp.Replace("Z", "0Z", StringComparison.Ordinal), Now));
    }

    [Theory]
    [InlineData("2026-11-20T23:59:59Z")]
    [InlineData("2026-11-20T23:59:59,999Z")]
    [InlineData("2026-11-20T23:59:59.999999999Z")]
    [InlineData("2026-11-21T01:59:59.999+02:00")]
    [InlineData("2026-11-20T22:59:59.99-01")]
    [InlineData("2026-11-20T23:59")]
    [InlineData("2026-11-20")]
    [InlineData("20261120T235959Z")]
    public void Other_ways_to_write_a_time_are_read_as_well(string timestamp) => Assert.Equal(UtcDay.Parse("2026-11-20"), EventDay.Of(timestamp, Now));
}
