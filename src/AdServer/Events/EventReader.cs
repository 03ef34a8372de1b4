using System.Text.Json;

namespace AdServer.Events;

/// <summary>Reads the bodies by which events come. What is wrong with one event is said of that event; what is no JSON is nobody's.</summary>
internal static class EventReader
{
    /// <summary>The most bytes of one event.</summary>
    public const int EventLimit = 64 * 1024;

    /// <summary>The most bytes of a batch.</summary>
    public const int BatchLimit = 4 * 1024 * 1024;

    /// <summary>The most events of a batch.</summary>
    public const int MostEvents = 1000;

    /// <summary>The most objects and arrays inside each other in one event, itself included.</summary>
    public const int MostLevels = 64;

    /// <summary>Reads a body that is one event.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static RawEvent ReadOne(ReadOnlySpan<byte> utf8)
    {
        var json = new EventJson(utf8);
        json.Next();
        var raw = json.ReadEvent();
        json.ReadEnd();
        return raw;
    }

    /// <summary>Reads a body that is an array of events; nothing if it is another kind of value or holds too many.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static List<RawEvent>? ReadBatch(ReadOnlySpan<byte> utf8)
    {
        var json = new EventJson(utf8);
        if (json.Next() != JsonTokenType.StartArray)
        {
            json.ReadEnd();
            return null;
        }

        var events = new List<RawEvent>();
        while (json.Next() != JsonTokenType.EndArray && events.Count <= MostEvents)
        {
            events.Add(json.ReadEvent());
        }

        if (events.Count > MostEvents)
        {
            return null;
        }

        json.ReadEnd();
        return events;
    }
}
