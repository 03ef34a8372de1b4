using System.Text.Json;

namespace AdServer.Events;

/// <summary>Reads events straight from the bytes of a request, without a document in between. Of a repeated member the last one counts.</summary>
internal static class EventReader
{
    /// <summary>The most bytes of one event.</summary>
    public const int EventLimit = 64 * 1024;

    /// <summary>The most bytes of a batch.</summary>
    public const int BatchLimit = 4 * 1024 * 1024;

    /// <summary>The most events of a batch.</summary>
    public const int MostEvents = 1000;

    /// <summary>Reads a body that is one event.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static RawEvent ReadOne(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        var raw = ReadEvent(ref reader);
        ReadEnd(ref reader);
        return raw;
    }

    /// <summary>Reads a body that is an array of events; nothing if it is another kind of value or holds too many.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static List<RawEvent>? ReadBatch(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            ReadEnd(ref reader);
            return null;
        }

        var events = new List<RawEvent>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray && events.Count <= MostEvents)
        {
            events.Add(ReadEvent(ref reader));
        }

        if (events.Count > MostEvents)
        {
            return null;
        }

        ReadEnd(ref reader);
        return events;
    }

    private static RawEvent ReadEvent(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new RawEvent { Unreadable = DropReason.NotAnObject };
        }

        var start = reader;
        try
        {
            var raw = ReadMembers(ref reader);
            return reader.BytesConsumed - start.TokenStartIndex > EventLimit ? new RawEvent { Unreadable = DropReason.TooLarge } : raw;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in a text that we read. The rest of a batch is not to suffer: go on after this event.
            reader = start;
            reader.Skip();
            return new RawEvent { Unreadable = DropReason.InvalidText };
        }
    }

    private static RawEvent ReadMembers(ref Utf8JsonReader reader)
    {
        var raw = default(RawEvent);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("adId"u8))
            {
                raw.AdId = ReadField(ref reader);
            }
            else if (reader.ValueTextEquals("timestamp"u8))
            {
                raw.Timestamp = ReadField(ref reader);
            }
            else if (reader.ValueTextEquals("eventId"u8))
            {
                raw.EventId = ReadField(ref reader);
            }
            else if (reader.ValueTextEquals("eventDetails"u8))
            {
                reader.Read();
                raw.HasDetails = reader.TokenType != JsonTokenType.Null;
                raw.Details = ReadDetails(ref reader);
            }
            else
            {
                SkipMember(ref reader);
            }
        }

        return raw;
    }

    private static RawDetails ReadDetails(ref Utf8JsonReader reader)
    {
        var details = default(RawDetails);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            SkipValue(ref reader);
            return details;
        }

        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("packageName"u8))
            {
                details.PackageName = ReadField(ref reader);
            }
            else if (reader.ValueTextEquals("eventType"u8))
            {
                details.EventType = ReadField(ref reader);
            }
            else if (reader.ValueTextEquals("watchDuration"u8))
            {
                details.WatchDuration = ReadField(ref reader);
            }
            else if (reader.ValueTextEquals("deviceId"u8))
            {
                details.DeviceId = ReadField(ref reader);
            }
            else
            {
                SkipMember(ref reader);
            }
        }

        return details;
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static RawField ReadField(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                return new RawField(RawKind.Text, reader.GetString());
            case JsonTokenType.Number:
                return new RawField(RawKind.Number, Number: reader.TryGetDouble(out var number) ? number : double.PositiveInfinity);
            default:
                SkipValue(ref reader);
                return new RawField(RawKind.Other);
        }
    }

    private static void SkipMember(ref Utf8JsonReader reader)
    {
        CheckText(ref reader);
        reader.Read();
        SkipValue(ref reader);
    }

    /// <summary>Skips a value that nobody reads; its text must be text all the same.</summary>
    private static void SkipValue(ref Utf8JsonReader reader)
    {
        CheckText(ref reader);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            CheckText(ref reader);
        }
    }

    /// <summary>Throws at half a surrogate pair, which only an escape can hide in valid UTF-8.</summary>
    private static void CheckText(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            _ = reader.GetString();
        }
    }

    /// <summary>Throws if anything follows the value.</summary>
    private static void ReadEnd(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
        }
    }
}
