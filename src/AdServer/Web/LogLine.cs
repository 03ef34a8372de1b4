using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace AdServer.Web;

/// <summary>
/// The log as a person reads it on a terminal. An entry begins at the left edge and nothing within it does: whatever text gets into one, it
/// cannot pass for another entry, nor steer the terminal (CWE-117).
/// </summary>
internal sealed class LogLine : ITextFormatter
{
    private const string Indent = "    ";

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var level = logEvent.Level switch
        {
            LogEventLevel.Verbose => "VRB",
            LogEventLevel.Debug => "DBG",
            LogEventLevel.Information => "INF",
            LogEventLevel.Warning => "WRN",
            LogEventLevel.Error => "ERR",
            _ => "FTL",
        };
        output.Write(logEvent.Timestamp.ToString("HH:mm:ss ", CultureInfo.InvariantCulture));
        output.Write(level);
        output.Write(' ');
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            // Text as it is, without the quotes that Serilog sets around it.
            if (token is Serilog.Parsing.PropertyToken name && logEvent.Properties.TryGetValue(name.PropertyName, out var value) && value is ScalarValue { Value: string text })
            {
                message.Write(text);
            }
            else
            {
                token.Render(logEvent.Properties, message, CultureInfo.InvariantCulture);
            }
        }

        Write(output, message.ToString(), string.Empty);
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().AsSpan().EnumerateLines())
            {
                Write(output, line, Indent);
            }
        }
    }

    private static void Write(TextWriter output, ReadOnlySpan<char> line, string indent)
    {
        output.Write(indent);
        foreach (var letter in line)
        {
            if (IsVisible(letter))
            {
                output.Write(letter);
            }
            else
            {
                output.Write($"\\u{(int)letter:x4}");
            }
        }

        output.WriteLine();
    }

    /// <summary>Not what ends a line, turns the direction of writing round, or is a command to the terminal.</summary>
    private static bool IsVisible(char letter) => CharUnicodeInfo.GetUnicodeCategory(letter) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
