using AdServer.Access;

namespace AdServer.Events;

/// <summary>An event as it came: which fields are there and what kind of value they hold. No rule has been applied yet.</summary>
internal struct RawEvent
{
    /// <summary>What makes the event unreadable as a whole, if anything.</summary>
    public DropReason? Unreadable;

    public RawField AdId;
    public RawField Timestamp;
    public RawField EventId;
    public RawField Delivery;

    /// <summary>Whether <c>eventDetails</c> is there, whatever it is.</summary>
    public bool HasDetails;

    public RawDetails Details;
}

/// <summary>The members of <c>eventDetails</c>.</summary>
internal struct RawDetails
{
    public RawField PackageName;
    public RawField EventType;
    public RawField DeviceId;
    public RawField WatchDuration;
}

/// <summary>One field: absent (<c>null</c> counts as absent), text, a number, or a value of a kind that no field takes.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text, if it is text.</param>
/// <param name="Number">The number, if it is a number.</param>
internal readonly record struct RawField(RawKind Kind, string? Text = null, double Number = 0)
{
    public bool IsAbsent => Kind == RawKind.Absent;

    /// <summary>Whether it is text with something in it.</summary>
    public bool HasText => Kind == RawKind.Text && !string.IsNullOrWhiteSpace(Text);

    /// <summary>Whether its text, trimmed, is no longer than this and free of control characters.</summary>
    public bool HasTextOf(int maxLength)
    {
        var text = Text.AsSpan().Trim();
        return Kind == RawKind.Text && text.Length <= maxLength && !FieldRules.HasControl(text);
    }
}

/// <summary>The kinds of value that matter to the checks.</summary>
internal enum RawKind : byte
{
    Absent = 0,
    Text,
    Number,
    Other,
}
