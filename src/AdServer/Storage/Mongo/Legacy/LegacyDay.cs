using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Legacy;

/// <summary>A document of an older ad server's <c>events_by_day</c>: the events of a day, in the order in which they came.</summary>
/// <param name="Id">Its <c>_id</c>.</param>
/// <param name="Day">The day that the older server counted them for; nothing where the document does not say.</param>
internal sealed record LegacyDay(BsonValue Id, UtcDay? Day)
{
    private const string Events = "events";
    private const double MillisecondsPerSecond = 1000;

    public static LegacyDay Read(BsonDocument document)
    {
        // The time in an object's id is that of the document's making: near, but no statement of the day.
        var moment = document["_id"].IsObjectId ? document.Moment("date", "day") : document.Moment("date", "day", "_id");
        return new LegacyDay(document["_id"], moment is { } day ? UtcDay.Of(day) : null);
    }

    /// <summary>
    /// An entry as an event of ours, with an identity that follows from where it stands: read again it is the same event. Nothing if
    /// it cannot be counted.
    /// </summary>
    public AdEvent? Convert(BsonValue entry, int index, LegacyCatalog catalog, LegacyTally tally)
    {
        var where = $"{Id} #{index}";
        var document = entry as BsonDocument ?? [];
        var details = document.Part("eventDetails") is { ElementCount: > 0 } inner ? inner : document;
        var ad = document.Id("adId") is { } adId ? catalog.FindAd(adId) : null;
        var type = MongoEvents.TypeOf(details.Words("eventType")?.ToLowerInvariant() ?? string.Empty);
        var (receivedAt, day) = TimeOf(document);
        var refusal = ad is null ? "the ad is not in the database"
            : !Enum.IsDefined(type) ? "eventType is none of view, click, skip, exit"
            : day is null ? "there is no day"
            : null;
        if (refusal is not null)
        {
            tally.LeaveOut(Events, refusal, where);
            return null;
        }

        return new AdEvent
        {
            Identity = IdentityOf(where),
            AdId = ad!.Id,
            PerformerId = ad.PerformerId,
            PackageName = PackageOf(details, where, tally, out var isOther),
            IsOtherPackage = isOther,
            DeviceId = details.Words("deviceId"),
            Timestamp = TimestampOf(document),
            Day = day!.Value,
            Type = type,
            WatchDuration = WatchedOf(details, where, tally),
            CreatedAt = receivedAt,
        };
    }

    /// <summary>When it came, as near as it says, and the day that it counts for: that of the document.</summary>
    private (DateTimeOffset ReceivedAt, UtcDay? Day) TimeOf(BsonDocument entry)
    {
        var said = entry.Moment("createdAt", "created_at", "timestamp");
        return Day is { } day
            ? (said is { } moment && UtcDay.Of(moment) == day ? moment : day.Start, day)
            : (said ?? DateTimeOffset.UnixEpoch, said is { } own ? UtcDay.Of(own) : null);
    }

    private static string PackageOf(BsonDocument details, string where, LegacyTally tally, out bool isOther)
    {
        var name = details.Words("packageName") ?? string.Empty;
        isOther = name.Length is 0 or > Package.MaxNameLength || FieldRules.HasControl(name);
        if (isOther)
        {
            tally.Change(Events, $"packageName is no name, so it counts for {AdEvent.OtherPackage}", where);
        }

        return EventIntake.Cut(name, Package.MaxNameLength);
    }

    private static long WatchedOf(BsonDocument details, string where, LegacyTally tally)
    {
        if (details.Number("watchDuration") is >= 0 and <= EventIntake.MaxWatchDuration and var seconds)
        {
            return (long)Math.Round(seconds * MillisecondsPerSecond, MidpointRounding.AwayFromZero);
        }

        tally.Change(Events, "watchDuration is no time of at most a week, so it is 0", where);
        return 0;
    }

    private static string TimestampOf(BsonDocument entry)
    {
        var text = entry.Words("timestamp") ?? entry.Moment("timestamp")?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return EventIntake.Cut(text ?? string.Empty, EventIntake.MaxTimestampLength);
    }

    /// <summary>A version 8 UUID (RFC 9562) of the place.</summary>
    private static Guid IdentityOf(string where)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(where)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
