using System.Text;
using AdServer.Common;
using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The documents of <c>ad_events</c>. <c>_id</c> is the event's identity: text from the client, else 16 bytes of ours, so that no client
/// can take one of ours. <c>batch</c> and <c>place</c> say where it was committed. Of an event that was swept or removed only these three are
/// left, and <c>removedOn</c>.
/// </summary>
internal static class MongoEvents
{
    public const string Collection = "ad_events";

    /// <summary>The day on which all but the identity and the place was deleted. Not of events that were swept by an older server.</summary>
    public const string RemovedOn = "removedOn";

    /// <summary>The most events of one page: their documents are below 3 KB.</summary>
    public const int PageSize = 4000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] Types = ["view", "click", "skip", "exit"];

    private static readonly string[] Classes = ["none", "robot", "notDelivered", "impossibleWatch", "repeat", "rate", "verified"];

    /// <summary>The event with an identity of its own, whoever made it.</summary>
    public static AdEvent Identify(AdEvent one, DateTimeOffset now) =>
        one.EventId is null && one.Identity is null ? one with { Identity = Guid.CreateVersion7(now) } : one;

    public static BsonValue IdentityOf(AdEvent one) =>
        one.EventId is { } given ? given : new BsonBinaryData(one.Identity!.Value.ToByteArray(bigEndian: true));

    public static BsonDocument Write(AdEvent one, string batch, int place) =>
        new BsonDocument { { "_id", IdentityOf(one) }, { "batch", batch }, { "place", place } }.AddRange(WriteBody(one));

    /// <summary>Refuses text that is no Unicode before any of it is sent: the BSON library spoils its thread when it comes upon it.</summary>
    /// <exception cref="ArgumentException">There is such text.</exception>
    public static void Check(AdEvent one)
    {
        foreach (var text in (string?[])[one.EventId, one.AdId, one.PerformerId, one.PackageName, one.DeviceId, one.Timestamp, one.UserAgent])
        {
            _ = Utf8.GetByteCount(text ?? string.Empty);
        }
    }

    /// <summary>The event without its identity and its place, as buckets hold it, too.</summary>
    public static BsonDocument WriteBody(AdEvent one) => new()
    {
        { "adId", one.AdId },
        { "performerId", one.PerformerId },
        { "packageName", one.PackageName },
        { "isOtherPackage", true, one.IsOtherPackage },
        { "deviceId", one.DeviceId, one.DeviceId is not null },
        { "timestamp", one.Timestamp },
        { "day", one.Day.ToString() },
        { "revision", one.Revision, one.Revision > 0 },
        { "eventType", NameOf(one.Type) },
        { "watchDuration", one.WatchDuration },
        { "flaw", NameOf(one.Flaw), one.Flaw != TrafficFlaw.None },
        { "verified", true, one.IsVerified },
        { "userAgent", one.UserAgent, one.UserAgent is not null },
        { "createdAt", one.CreatedAt.UtcDateTime },
    };

    public static AdEvent Read(BsonDocument document) => new()
    {
        EventId = document.TryGetValue("_id", out var id) && id.IsString ? id.AsString : null,
        AdId = document["adId"].AsString,
        PerformerId = document["performerId"].AsString,
        PackageName = document["packageName"].AsString,
        IsOtherPackage = document.GetValue("isOtherPackage", false).AsBoolean,
        DeviceId = document.GetValue("deviceId", BsonNull.Value) is BsonString device ? device.Value : null,
        Timestamp = document["timestamp"].AsString,
        Day = UtcDay.Parse(document["day"].AsString),
        Revision = document.GetValue("revision", 0).ToInt32(),
        Type = TypeOf(document["eventType"].AsString),
        WatchDuration = document["watchDuration"].ToInt64(),
        Flaw = FlawOf(document.GetValue("flaw", BsonNull.Value)),
        IsVerified = document.GetValue("verified", false).AsBoolean,
        UserAgent = document.GetValue("userAgent", BsonNull.Value) is BsonString agent ? agent.Value : null,
        CreatedAt = new DateTimeOffset(document["createdAt"].ToUniversalTime()),
    };

    /// <summary>The statement that leaves of a committed event its identity and its place. Carried out late it takes nothing from another one.</summary>
    public static BsonDocument Strip(BsonDocument one, UtcDay today) => MongoVerbs.Statement(
        new BsonDocument { { "_id", one["_id"] }, { "batch", one["batch"] } },
        new BsonDocument { { "batch", one["batch"] }, { "place", one["place"] }, { RemovedOn, today.ToString() } });

    /// <summary>Only the identity and the place of a swept event are left.</summary>
    public static bool IsSwept(BsonDocument document) => !document.Contains("adId");

    /// <summary>The same of a document that was read without its ad.</summary>
    public static bool IsStripped(BsonDocument document) => !document.Contains("day");

    public static string NameOf(EventType type) => Types[(int)type];

    public static string NameOf(TrafficFlaw flaw) => Classes[(int)flaw];

    public static string NameOf(TrafficClass one) => Classes[(int)one];

    /// <summary>The class of a name; none where there is no name.</summary>
    public static TrafficClass ClassOf(BsonValue name) => name is BsonString text ? (TrafficClass)Array.IndexOf(Classes, text.Value) : TrafficClass.None;

    /// <summary>The flaw of a name; none where there is no name.</summary>
    public static TrafficFlaw FlawOf(BsonValue name) => (TrafficFlaw)ClassOf(name);

    public static EventType TypeOf(string name) => (EventType)Array.IndexOf(Types, name);
}
