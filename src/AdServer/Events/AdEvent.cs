using System.Text.Json.Serialization;
using AdServer.Common;

namespace AdServer.Events;

/// <summary>Something that happened to an ad on a device, as it was accepted. Raw events are the truth; all else is derived from them.</summary>
internal sealed record AdEvent
{
    /// <summary>The package name under which packages beyond <c>Serving:MaxPackages</c> are counted together.</summary>
    public const string OtherPackage = "(other)";

    /// <summary>The client's identity of the event: it counts once, for ever. Without one nothing is deduplicated.</summary>
    public string? EventId { get; init; }

    /// <summary>
    /// Our own identity of an event without an <see cref="EventId"/>, made before the first attempt to store it where an attempt may
    /// happen without an answer; kept through every retry. It is not read back.
    /// </summary>
    public Guid? Identity { get; init; }

    public required string AdId { get; init; }

    public required string PerformerId { get; init; }

    /// <summary>The app that reported it, as sent and trimmed.</summary>
    public required string PackageName { get; init; }

    /// <summary>The package is beyond the bound of distinct packages; decided at receipt and stored, so that all hosts count alike.</summary>
    public bool IsOtherPackage { get; init; }

    public string? DeviceId { get; init; }

    /// <summary>The device's own time as it was sent, at most 64 characters; may be no time at all.</summary>
    public required string Timestamp { get; init; }

    /// <summary>The day it counts for, decided at receipt.</summary>
    public required UtcDay Day { get; init; }

    /// <summary>Which revision of its day it belongs to, decided on arrival; 0: it came before the day was closed (<see cref="DayClosing"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Revision { get; init; }

    public required EventType Type { get; init; }

    /// <summary>Milliseconds watched.</summary>
    public required long WatchDuration { get; init; }

    /// <summary>Why it counts as invalid traffic, if it does; decided at receipt, and again when history is rated anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TrafficFlaw Flaw { get; init; }

    /// <summary>
    /// Whether it came with a valid signature of a delivery of its ad to its app; decided at receipt, for ever. Such an event is one of an ad
    /// that was handed out, whatever the delivered pairs say.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsVerified { get; init; }

    /// <summary>The caller's <c>User-Agent</c>, at most 256 characters: what rating anew needs beside the event itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UserAgent { get; init; }

    /// <summary>When we received it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The same event of nobody: it counts as before.</summary>
    public AdEvent WithoutDevice() => this with { DeviceId = null, UserAgent = null };

    /// <summary>What it counts as beside all others.</summary>
    [JsonIgnore]
    public TrafficClass Class => Flaw != TrafficFlaw.None ? (TrafficClass)Flaw : IsVerified ? TrafficClass.Verified : TrafficClass.None;

    /// <summary>The package that it is counted under.</summary>
    public string CountedPackage => IsOtherPackage ? OtherPackage : PackageName;
}

/// <summary>What a device reports.</summary>
internal enum EventType
{
    // The numbers are stored: never change one.
    View = 0,
    Click = 1,
    Skip = 2,
    Exit = 3,
}
