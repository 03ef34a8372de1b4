using System.Globalization;
using AdServer.Catalog;

namespace AdServer.Events;

/// <summary>
/// Decides whether an event is accepted: an ordered list of checks, the first that fails gives the reason (WireContract.md, section 3).
/// Pure: what it needs to know of the world is passed in.
/// </summary>
internal static class EventIntake
{
    public const int MaxTimestampLength = 64;
    public const int MaxEventIdLength = 64;
    public const int MaxDeviceIdLength = 128;

    /// <summary>The longest time watched that is believed, in seconds: a week.</summary>
    public const double MaxWatchDuration = 604_800;

    private const double MillisecondsPerSecond = 1000;

    private delegate DropReason? Check(in RawEvent raw);

    private static readonly Check[] Checks =
    [
        static (in raw) => raw.Unreadable,
        static (in raw) => raw.AdId.IsAbsent || raw.Timestamp.IsAbsent || !raw.HasDetails ? DropReason.MissingFields : null,
        static (in raw) => raw.AdId.HasText ? null : DropReason.InvalidAdId,
        static (in raw) => raw.Details.PackageName.IsAbsent || raw.Details.EventType.IsAbsent || raw.Details.WatchDuration.IsAbsent
            ? DropReason.MissingDetails
            : null,
        static (in raw) => raw.Details.PackageName.HasText ? null : DropReason.EmptyPackageName,
        static (in raw) => raw.Details.EventType.HasText ? null : DropReason.EmptyEventType,
        static (in raw) => raw.Timestamp.HasText ? null : DropReason.EmptyTimestamp,
        static (in raw) => raw.Details.PackageName.HasTextOf(Package.MaxNameLength) ? null : DropReason.InvalidPackageName,
        static (in raw) => ReadType(raw.Details.EventType.Text) is null ? DropReason.InvalidEventType : null,
        static (in raw) => ReadSeconds(raw.Details.WatchDuration) is null ? DropReason.InvalidWatchDuration : null,
        static (in raw) => ReadSeconds(raw.Details.WatchDuration) < 0 ? DropReason.NegativeWatchDuration : null,
        static (in raw) => raw.EventId.IsAbsent || (raw.EventId.HasText && raw.EventId.HasTextOf(MaxEventIdLength)) ? null : DropReason.InvalidEventId,
        static (in raw) => raw.Details.DeviceId.IsAbsent || raw.Details.DeviceId.HasTextOf(MaxDeviceIdLength) ? null : DropReason.InvalidDeviceId,
    ];

    /// <summary>Checks an event that was received at a moment. Exactly one of the two results is set.</summary>
    /// <param name="raw">The event as it came.</param>
    /// <param name="catalog">The ads that exist; paused and ended ones too, for the SDK can hold an ad for hours.</param>
    /// <param name="packages">The packages that are counted by name.</param>
    /// <param name="receivedAt">Now, in whole milliseconds.</param>
    /// <param name="sender">Who sends it.</param>
    public static (DropReason? Refused, AdEvent? Accepted) Decide(
        in RawEvent raw, CatalogSnapshot catalog, KnownPackages packages, DateTimeOffset receivedAt, EventSender sender = default)
    {
        foreach (var check in Checks)
        {
            if (check(raw) is { } reason)
            {
                return (reason, null);
            }
        }

        if (!sender.ActsFor(raw.Details.PackageName.Text!.Trim()))
        {
            return (DropReason.ForeignPackage, null);
        }

        return catalog.Find(raw.AdId.Text!.Trim()) is { } ad
            ? (null, Accept(raw, ad.Ad, packages, receivedAt, sender.UserAgent))
            : (DropReason.UnknownAd, null);
    }

    private static AdEvent Accept(in RawEvent raw, Ad ad, KnownPackages packages, DateTimeOffset receivedAt, string? userAgent)
    {
        var packageName = raw.Details.PackageName.Text!.Trim();
        var package = packages.Resolve(packageName);
        var timestamp = raw.Timestamp.Text!.Trim();
        var day = EventDay.Of(timestamp, receivedAt);
        return new AdEvent
        {
            EventId = raw.EventId.Text?.Trim(),
            AdId = ad.Id,
            PerformerId = ad.PerformerId,
            PackageName = package == packages.Other ? packageName : package.Name,
            IsOtherPackage = package == packages.Other,
            DeviceId = DeviceOf(raw.Details.DeviceId.Text),
            Timestamp = Cut(timestamp, MaxTimestampLength),
            Day = day,
            Revision = DayClosing.RevisionOf(day, receivedAt),
            Type = ReadType(raw.Details.EventType.Text)!.Value,
            WatchDuration = (long)Math.Round(ReadSeconds(raw.Details.WatchDuration)!.Value * MillisecondsPerSecond, MidpointRounding.AwayFromZero),
            UserAgent = userAgent,
            CreatedAt = receivedAt,
        };
    }

    /// <summary>The device; nothing if the text names none: it is blank, or the zeros of a telephone whose owner does not want to be told apart.</summary>
    private static string? DeviceOf(string? text) =>
        text?.Trim() is { Length: > 0 } device && device.AsSpan().ContainsAnyExcept("0-") ? device : null;

    private static EventType? ReadType(string? text)
    {
        var name = text.AsSpan().Trim();
        return name switch
        {
            _ when name.Equals("view", StringComparison.OrdinalIgnoreCase) => EventType.View,
            _ when name.Equals("click", StringComparison.OrdinalIgnoreCase) => EventType.Click,
            _ when name.Equals("skip", StringComparison.OrdinalIgnoreCase) => EventType.Skip,
            _ when name.Equals("exit", StringComparison.OrdinalIgnoreCase) => EventType.Exit,
            _ => null,
        };
    }

    /// <summary>Seconds from a number, or from text as some devices send it; nothing if it is no number, not finite, or more than a week.</summary>
    private static double? ReadSeconds(in RawField field)
    {
        var seconds = field.Kind switch
        {
            RawKind.Number => field.Number,
            RawKind.Text when double.TryParse(field.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var read) => read,
            _ => double.NaN,
        };
        return double.IsFinite(seconds) && seconds <= MaxWatchDuration ? seconds : null;
    }

    /// <summary>The beginning of a text, never ending in half a surrogate pair.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
