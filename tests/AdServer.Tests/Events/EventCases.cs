using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>
/// The case files: one for each <see cref="DropReason"/> by its label, with events that are refused for it, and <c>accepted.json</c>.
/// In their texts <c>{ad}</c> is an ad that exists, <c>{64 letters}</c> stands for a text of that length, and <c>"{64 levels}"</c> for so
/// many arrays inside each other.
/// </summary>
internal static partial class EventCases
{
    private const string Accepted = "accepted";

    /// <summary>The moment at which an event is received, unless its case says otherwise.</summary>
    public static readonly DateTimeOffset ReceivedAt = new ManualClock().GetUtcNow();

    /// <summary>The labels of all files with refused events.</summary>
    public static TheoryData<string> Refusals =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Except([Accepted]).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>The names of all accepted events.</summary>
    public static TheoryData<string> AcceptedNames => [.. Read(Accepted).EnumerateArray().Select(one => one.Text("name"))];

    /// <summary>What a file says of a reason.</summary>
    public static RefusedEvents Refused(string label, string adId)
    {
        var file = Read(label);
        var error = file.Text("error");
        return new RefusedEvents(
            file.GetProperty("status").GetInt32(),
            error,
            file.TryGetProperty("bodyError", out var body) ? body.GetString()! : error,
            [.. file.GetProperty("events").EnumerateArray().Select(one => Fill(one, adId))]);
    }

    public static AcceptedEvent Find(string name, string adId)
    {
        var found = Read(Accepted).EnumerateArray().Single(one => one.Text("name") == name);
        var receivedAt = found.TryGetProperty("receivedAt", out var at) ? at.GetDateTimeOffset() : ReceivedAt;
        var expect = JsonDocument.Parse(Fill(found.GetProperty("expect"), adId)).RootElement;
        return new AcceptedEvent(receivedAt, Fill(found.GetProperty("event"), adId), expect);
    }

    private static string Folder => Path.Combine(Path.GetDirectoryName(Here())!, "Cases");

    private static string Here([CallerFilePath] string path = "") => path;

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file + ".json"))).RootElement;

    private static string Fill(JsonElement value, string adId) =>
        Levels().Replace(Letters().Replace(value.GetRawText(), match => new string('x', Count(match))), match => Nested(Count(match)))
            .Replace("{ad}", adId, StringComparison.Ordinal)
            .Replace("{AD}", adId.ToUpperInvariant(), StringComparison.Ordinal);

    private static int Count(Match match) => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    [GeneratedRegex(@"\{(?<count>\d+) letters\}")]
    private static partial Regex Letters();

    [GeneratedRegex(@"""\{(?<count>\d+) levels\}""")]
    private static partial Regex Levels();
}

/// <summary>Events that are refused for one reason.</summary>
/// <param name="Status">The status of a single event.</param>
/// <param name="Error">The reason in words.</param>
/// <param name="BodyError">The error of a single event: another one where the size of the body is checked before the event.</param>
/// <param name="Events">The events as JSON.</param>
internal sealed record RefusedEvents(int Status, string Error, string BodyError, IReadOnlyList<string> Events);

/// <summary>An event that is accepted.</summary>
/// <param name="ReceivedAt">When it is received.</param>
/// <param name="Event">The event as JSON.</param>
/// <param name="Expect">Some members of the accepted event.</param>
internal sealed record AcceptedEvent(DateTimeOffset ReceivedAt, string Event, JsonElement Expect);
