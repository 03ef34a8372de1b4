using System.Globalization;
using System.Text.Json;
using AdServer.Common;
using Xunit;

namespace AdServer.Tests.Common;

/// <summary>Instants and days as they are written everywhere.</summary>
public sealed class ApiJsonTests
{
    [Theory]
    [InlineData("2026-11-21T12:00:00.0000000Z", "2026-11-21T12:00:00.000Z")]
    [InlineData("2026-11-21T12:00:00.9999999Z", "2026-11-21T12:00:00.999Z")]
    [InlineData("2026-11-21T12:00:00.0009999Z", "2026-11-21T12:00:00.000Z")]
    [InlineData("2026-12-31T23:30:00.1230000-01:00", "2027-01-01T00:30:00.123Z")]
    [InlineData("0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00.000Z")]
    [InlineData("9999-12-31T23:59:59.9990000Z", "9999-12-31T23:59:59.999Z")]
    public void An_instant_is_UTC_with_milliseconds_in_JSON_and_as_text(string instant, string written)
    {
        var time = DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

        Assert.Equal(written, ApiJson.Format(time));
        Assert.Equal($"\"{written}\"", JsonSerializer.Serialize(time, ApiJson.Options));
        Assert.Equal(DateTimeOffset.Parse(written, CultureInfo.InvariantCulture), JsonSerializer.Deserialize<DateTimeOffset>($"\"{written}\"", ApiJson.Options));
    }

    /// <summary>The text of the last one is kept.</summary>
    [Fact]
    public void Days_are_written_as_they_are_whichever_was_written_before()
    {
        string[] days = ["2026-11-21", "2026-11-21", "1970-01-01", "2026-11-22", "2026-11-21", "0001-01-01", "9999-12-31"];

        Assert.Equal(days, days.Select(day => UtcDay.Parse(day).ToString()));
        Assert.Equal("1970-01-01", default(UtcDay).ToString());
    }

    [Fact]
    public void Days_are_written_as_they_are_by_several_threads_at_once()
    {
        var first = UtcDay.Parse("2026-11-21");

        var wrong = ParallelEnumerable.Range(0, 100_000).Count(number =>
            first.AddDays(number % 3).ToString() != (number % 3) switch { 0 => "2026-11-21", 1 => "2026-11-22", _ => "2026-11-23" });

        Assert.Equal(0, wrong);
    }
}
