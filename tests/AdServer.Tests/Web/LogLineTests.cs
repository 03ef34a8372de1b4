using AdServer.Web;
using FsCheck;
using FsCheck.Fluent;
using Serilog.Events;
using Serilog.Parsing;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>No text that gets into the log can pass for an entry of its own.</summary>
public sealed class LogLineTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_entry_is_its_time_its_level_and_its_message() =>
        Assert.Equal($"12:00:00 WRN Store at data/ads.db waits 3 s{Environment.NewLine}", Format("data/ads.db", null));

    [Fact]
    public void A_text_that_brings_its_own_line_stays_within_the_entry() =>
        Assert.Equal(
            $"12:00:00 WRN Store at x\\u000d\\u000a12:00:01 ERR forged \\u001b[2J\\u202e\\u2028 waits 3 s{Environment.NewLine}",
            Format("x\r\n12:00:01 ERR forged \u001b[2J\u202e\u2028", null));

    [Fact]
    public void The_lines_of_a_failure_are_indented()
    {
        var lines = Format("x", new InvalidOperationException("first\n12:00:01 ERR forged")).Split(Environment.NewLine);

        Assert.Equal(["    System.InvalidOperationException: first", "    12:00:01 ERR forged", string.Empty], lines[1..]);
    }

    [Fact]
    public void An_entry_without_a_failure_is_one_line_whatever_is_in_it() =>
        Prop.ForAll<string?>(text =>
        {
            var entry = Format(text ?? string.Empty, null);
            return entry.EndsWith(Environment.NewLine, StringComparison.Ordinal) && !entry[..^Environment.NewLine.Length].Any(char.IsControl);
        }).QuickCheckThrowOnFailure();

    private static string Format(string text, Exception? exception)
    {
        var template = new MessageTemplateParser().Parse("Store at {Where} waits {Seconds} s");
        var entry = new LogEvent(
            Noon, LogEventLevel.Warning, exception, template, [new("Where", new ScalarValue(text)), new("Seconds", new ScalarValue(3))]);
        using var output = new StringWriter();
        new LogLine().Format(entry, output);
        return output.ToString();
    }
}
