using System.Text.Json;

namespace AdServer.Events;

/// <summary>
/// Reads events straight from the bytes of a request, without a document in between. Of a repeated member the last one counts.
/// Methods throw <see cref="JsonException"/> at what is no JSON.
/// </summary>
internal ref struct EventJson(ReadOnlySpan<byte> utf8)
{
    /// <summary>More than a body can hold: the depth of each event is ours to judge, so that a deep one does not end the reading of the others.</summary>
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = EventReader.BatchLimit };

    private Utf8JsonReader json = new(utf8, AnyDepth);

    /// <summary>The depth at which an object or array is too deep for the present event.</summary>
    private int deepest;

    private bool tooDeep;

    /// <summary>Goes on to what follows, and says what that is.</summary>
    public JsonTokenType Next()
    {
        json.Read();
        return json.TokenType;
    }

    /// <summary>Reads whatever is left; nothing may follow the value.</summary>
    public void ReadEnd()
    {
        while (json.Read())
        {
        }
    }

    /// <summary>Reads the event that was come to, up to its end.</summary>
    public RawEvent ReadEvent()
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return new RawEvent { Unreadable = DropReason.NotAnObject };
        }

        var start = json;
        (deepest, tooDeep) = (start.CurrentDepth + EventReader.MostLevels, false);
        try
        {
            var raw = ReadMembers();
            raw.Unreadable = json.BytesConsumed - start.TokenStartIndex > EventReader.EventLimit ? DropReason.TooLarge
                : tooDeep ? DropReason.TooDeep
                : null;
            return raw;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in a text that we read. The rest of a batch is not to suffer: go on after this event.
            json = start;
            json.Skip();
            return new RawEvent { Unreadable = DropReason.InvalidText };
        }
    }

    private RawEvent ReadMembers()
    {
        var raw = default(RawEvent);
        while (NextMember())
        {
            if (json.ValueTextEquals("adId"u8))
            {
                raw.AdId = ReadField();
            }
            else if (json.ValueTextEquals("timestamp"u8))
            {
                raw.Timestamp = ReadField();
            }
            else if (json.ValueTextEquals("eventId"u8))
            {
                raw.EventId = ReadField();
            }
            else if (json.ValueTextEquals("delivery"u8))
            {
                raw.Delivery = ReadField();
            }
            else if (json.ValueTextEquals("eventDetails"u8))
            {
                json.Read();
                raw.HasDetails = json.TokenType != JsonTokenType.Null;
                raw.Details = ReadDetails();
            }
            else
            {
                SkipMember();
            }
        }

        return raw;
    }

    private RawDetails ReadDetails()
    {
        var details = default(RawDetails);
        if (json.TokenType != JsonTokenType.StartObject)
        {
            SkipValue();
            return details;
        }

        while (NextMember())
        {
            if (json.ValueTextEquals("packageName"u8))
            {
                details.PackageName = ReadField();
            }
            else if (json.ValueTextEquals("eventType"u8))
            {
                details.EventType = ReadField();
            }
            else if (json.ValueTextEquals("watchDuration"u8))
            {
                details.WatchDuration = ReadField();
            }
            else if (json.ValueTextEquals("deviceId"u8))
            {
                details.DeviceId = ReadField();
            }
            else
            {
                SkipMember();
            }
        }

        return details;
    }

    private bool NextMember() => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private RawField ReadField()
    {
        json.Read();
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                return new RawField(RawKind.Text, json.GetString());
            case JsonTokenType.Number:
                return new RawField(RawKind.Number, Number: json.TryGetDouble(out var number) ? number : double.PositiveInfinity);
            default:
                SkipValue();
                return new RawField(RawKind.Other);
        }
    }

    private void SkipMember()
    {
        CheckText();
        json.Read();
        SkipValue();
    }

    /// <summary>Skips a value that nobody reads; its text must be text all the same, and it counts for the depth.</summary>
    private void SkipValue()
    {
        CheckText();
        var isNested = CheckDepth();
        var depth = json.CurrentDepth;
        while (isNested && json.Read() && json.CurrentDepth > depth)
        {
            CheckText();
            CheckDepth();
        }
    }

    /// <summary>Throws at half a surrogate pair, which only an escape can hide in valid UTF-8.</summary>
    private readonly void CheckText()
    {
        if (json.ValueIsEscaped)
        {
            _ = json.GetString();
        }
    }

    /// <summary>Notes an object or array that is too deep; says whether it is an object or array at all.</summary>
    private bool CheckDepth()
    {
        var isNested = json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        tooDeep |= isNested && json.CurrentDepth >= deepest;
        return isNested;
    }
}
