using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>How our values stand in documents: instants as dates in UTC milliseconds, names of enumerations in lower case.</summary>
internal static class MongoFields
{
    public static BsonValue Instant(DateTimeOffset at) => new BsonDateTime(at.ToUnixTimeMilliseconds());

    public static DateTimeOffset Instant(this BsonDocument document, string field) => ToInstant(document[field]);

    public static DateTimeOffset? InstantOrNull(this BsonDocument document, string field) =>
        document.TryGetValue(field, out var value) && value.IsBsonDateTime ? ToInstant(value) : null;

    public static string Text(this BsonDocument document, string field) => document[field].AsString;

    public static BsonValue Name(Enum value) => value.ToString().ToLowerInvariant();

    public static T Named<T>(this BsonDocument document, string field)
        where T : struct, Enum => Enum.Parse<T>(document.Text(field), ignoreCase: true);

    /// <summary>Whether a field is there and is not null.</summary>
    public static bool Has(this BsonDocument document, string field) => !document.GetValue(field, BsonNull.Value).IsBsonNull;

    private static DateTimeOffset ToInstant(BsonValue value) =>
        DateTimeOffset.FromUnixTimeMilliseconds(value.AsBsonDateTime.MillisecondsSinceEpoch);
}
