using System.Globalization;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Legacy;

/// <summary>Values of an older ad server's documents, whatever they were written as. What cannot be read is nothing, never an error.</summary>
internal static class LegacyValues
{
    /// <summary>An identity: text, a UUID, an object's id, a number. One with a bar would break the keys of our rows.</summary>
    public static string? Id(this BsonDocument document, string field)
    {
        var id = document.GetValue(field, BsonNull.Value) switch
        {
            BsonString text => text.Value.Trim(),
            BsonObjectId own => own.Value.ToString(),
            BsonBinaryData { Bytes: { Length: 16 } bytes } => new Guid(bytes, bigEndian: true).ToString(),
            BsonInt32 or BsonInt64 => document[field].ToInt64().ToString(CultureInfo.InvariantCulture),
            _ => string.Empty,
        };
        return id.Length > 0 && !id.Contains('|', StringComparison.Ordinal) ? id : null;
    }

    /// <summary>The first of some fields that is text with something in it, trimmed.</summary>
    public static string? Words(this BsonDocument document, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (document.GetValue(field, BsonNull.Value) is BsonString { Value: var text } && !string.IsNullOrWhiteSpace(text))
            {
                return text.Trim();
            }
        }

        return null;
    }

    /// <summary>A finite number, or text that is one.</summary>
    public static double? Number(this BsonDocument document, string field)
    {
        var read = document.GetValue(field, BsonNull.Value) switch
        {
            BsonString { Value: var text } when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            BsonDouble or BsonInt32 or BsonInt64 => document[field].ToDouble(),
            BsonDecimal128 number => (double)Decimal128.ToDecimal(number.Value),
            _ => double.NaN,
        };
        return double.IsFinite(read) ? read : null;
    }

    /// <summary>The first of some fields that is a date, or text that is one; without an offset it is UTC.</summary>
    public static DateTimeOffset? Moment(this BsonDocument document, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (ReadMoment(document.GetValue(field, BsonNull.Value)) is { } read)
            {
                return read;
            }
        }

        return null;
    }

    /// <summary>When a document was made, as near as it says; the same whenever it is read.</summary>
    public static DateTimeOffset MadeAt(this BsonDocument document) =>
        document.Moment("createdAt", "created_at", "updatedAt", "updated_at")
        ?? (document["_id"].IsObjectId ? ReadMoment(document["_id"]) : null) ?? DateTimeOffset.UnixEpoch;

    public static BsonDocument Part(this BsonDocument document, string field) =>
        document.GetValue(field, BsonNull.Value) as BsonDocument ?? [];

    private static DateTimeOffset? ReadMoment(BsonValue value) => value switch
    {
        BsonDateTime { MillisecondsSinceEpoch: var milliseconds } when milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() =>
            DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
        BsonObjectId { Value: var id } => new DateTimeOffset(id.CreationTime),
        BsonString { Value: var text } when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read) => read.ToMilliseconds(),
        _ => null,
    };
}
