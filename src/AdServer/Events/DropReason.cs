using AdServer.Access;
using AdServer.Catalog;

namespace AdServer.Events;

/// <summary>
/// Why an event was refused: a closed set, in the order in which <see cref="EventIntake"/> checks. The label is the metric's and the
/// batch answer's; status and text are the wire contract's (WireContract.md, section 3).
/// </summary>
internal sealed record DropReason
{
    private const int BadRequest = StatusCodes.Status400BadRequest;

    public static readonly DropReason NotAnObject = new("not_an_object", BadRequest, "Event must be a JSON object");
    public static readonly DropReason TooLarge = new("too_large", StatusCodes.Status413PayloadTooLarge, "Event is larger than 64 KB");
    public static readonly DropReason TooDeep = new("too_deep", BadRequest, "Event is nested deeper than 64 levels");
    public static readonly DropReason InvalidText = new("invalid_text", BadRequest, "Event holds text that is not valid Unicode");
    public static readonly DropReason MissingFields = new("missing_fields", BadRequest, "Missing adId, timestamp or eventDetails");
    public static readonly DropReason InvalidAdId = new("invalid_ad_id", BadRequest, "Invalid adId format");
    public static readonly DropReason MissingDetails = new("missing_details", BadRequest, "Missing eventDetails fields");
    public static readonly DropReason EmptyPackageName = new("empty_package_name", BadRequest, "Invalid or empty field: packageName");
    public static readonly DropReason EmptyEventType = new("empty_event_type", BadRequest, "Invalid or empty field: eventType");
    public static readonly DropReason EmptyTimestamp = new("empty_timestamp", BadRequest, "Invalid or empty field: timestamp");
    public static readonly DropReason InvalidPackageName = new(
        "invalid_package_name", BadRequest, "packageName must be at most 255 characters without control characters");

    public static readonly DropReason InvalidEventType = new("invalid_event_type", BadRequest, "Invalid eventType");
    public static readonly DropReason InvalidWatchDuration = new("invalid_watch_duration", BadRequest, "Invalid watchDuration format");
    public static readonly DropReason NegativeWatchDuration = new("negative_watch_duration", BadRequest, "watchDuration must be non-negative");
    public static readonly DropReason InvalidEventId = new(
        "invalid_event_id", BadRequest, "eventId must be a non-empty string of at most 64 characters without control characters");

    public static readonly DropReason InvalidDeviceId = new(
        "invalid_device_id", BadRequest, "deviceId must be a string of at most 128 characters without control characters");

    public static readonly DropReason UnknownAd = new("unknown_ad", CatalogErrors.AdNotFound.Status, CatalogErrors.AdNotFound.Error);

    private DropReason(string label, int status, string error) => (Label, Status, Error) = (label, status, error);

    /// <summary>No check, and only in batches: the store is away, and without it nobody can say whether there is such an ad.</summary>
    public static DropReason Undecided { get; } =
        new("unavailable", StatusCodes.Status503ServiceUnavailable, "The event could not be stored; try again");

    /// <summary>No check of the event, and only where the SDK needs a key: the key is for other packages.</summary>
    public static DropReason ForeignPackage { get; } = new("foreign_package", AccessGate.NotThisPackage.Status, AccessGate.NotThisPackage.Error);

    /// <summary>All checks, in their order.</summary>
    public static IReadOnlyList<DropReason> All { get; } =
    [
        NotAnObject, TooLarge, TooDeep, InvalidText, MissingFields, InvalidAdId, MissingDetails, EmptyPackageName, EmptyEventType,
        EmptyTimestamp, InvalidPackageName, InvalidEventType, InvalidWatchDuration, NegativeWatchDuration, InvalidEventId, InvalidDeviceId,
        UnknownAd,
    ];

    /// <summary>The short name: of the metric, and of the <c>reason</c> in batch answers.</summary>
    public string Label { get; }

    /// <summary>The HTTP status of a single event.</summary>
    public int Status { get; }

    /// <summary>The <c>error</c> text.</summary>
    public string Error { get; }
}
