using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AdServer.Common;

/// <summary>How JSON is written and read everywhere: camel case, instants as UTC with milliseconds, enums in lower case.</summary>
internal static class ApiJson
{
    /// <summary>
    /// The characters of an instant up to its milliseconds, which a Z follows. The round-trip format writes four more digits before that, and is much faster than a format
    /// of our own would be.
    /// </summary>
    private const int ToMilliseconds = 23;

    private const int RoundTripLength = 28;

    private static readonly string[] ReadFormats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Applies our manners to options that somebody else owns.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        // The bodies are never put into a page unescaped, and names in other scripts should be readable on the wire.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new DayConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }

    /// <summary>An instant as it is written everywhere.</summary>
    public static string Format(DateTimeOffset instant) => string.Concat(instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture).AsSpan(0, ToMilliseconds), "Z");

    /// <summary>The member of an object, or nothing when the value is no object, has no such member, or the member is <c>null</c>.</summary>
    public static JsonElement? Member(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    /// <summary>The text of a JSON string; nothing for any other kind of value.</summary>
    public static string? Text(this JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>An ISO-8601 instant in whole milliseconds; without an offset it is UTC, without a time midnight. Nothing for all else.</summary>
    public static DateTimeOffset? Instant(this JsonElement? value) => Instant(value.Text());

    /// <summary>The same of a text.</summary>
    public static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParseExact(
            text?.Trim(), ReadFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant.ToMilliseconds()
            : null;

    /// <summary>A finite number, given as a JSON number or (as some clients do) as text; nothing for all else.</summary>
    public static double? Number(this JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var read) && double.IsFinite(read) => read,
        { ValueKind: JsonValueKind.String } text
            when double.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var read) && double.IsFinite(read) => read,
        _ => null,
    };

    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        {
            // As Format, without a text in between: each event of a roll is written by it.
            Span<byte> utf8 = stackalloc byte[RoundTripLength];
            _ = value.UtcDateTime.TryFormat(utf8, out _, "O", CultureInfo.InvariantCulture);
            utf8[ToMilliseconds] = (byte)'Z';
            writer.WriteStringValue(utf8[..(ToMilliseconds + 1)]);
        }
    }

    private sealed class DayConverter : JsonConverter<UtcDay>
    {
        public override UtcDay Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            UtcDay.TryParse(reader.GetString(), out var day) ? day : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, UtcDay value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
