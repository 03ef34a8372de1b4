using System.Text.Json.Serialization;

namespace AdServer.Events;

/// <summary>Something that happened to an ad on a device.</summary>
/// <param name="AdId" example="0199a0c6-8f5e-7c3a-9d2b-5f1e8a7c4b10">The ad it happened to.</param>
/// <param name="Timestamp" example="2026-11-21T12:00:00.000Z">The device's own time, ISO-8601. The event counts for its UTC day if it is at most 30 days old and at most 5 minutes ahead, else (and if it is no time) for the day of receipt.</param>
/// <param name="EventDetails">What happened.</param>
/// <param name="EventId" example="6f1c2b9e-1">At most 64 characters. With one the event counts once, however often it is sent.</param>
/// <param name="Delivery">The <c>delivery</c> of the ad document that the event is about, as it came. Whatever it is, the event is taken; one that this server signed for the ad and the app is marked as verified.</param>
internal sealed record EventRequest(string AdId, string Timestamp, EventDetails EventDetails, string? EventId, string? Delivery = null);

/// <summary>What happened.</summary>
/// <param name="PackageName" example="com.example.mygame">The app, at most 255 characters.</param>
/// <param name="EventType" example="view"><c>view</c>, <c>click</c>, <c>skip</c> or <c>exit</c>.</param>
/// <param name="WatchDuration" example="12.5">Seconds watched, 0 to 604,800; a number, or a number as text.</param>
/// <param name="DeviceId" example="device-1">At most 128 characters.</param>
internal sealed record EventDetails(string PackageName, string EventType, double WatchDuration, string? DeviceId);

/// <summary>The answer to one event.</summary>
internal sealed record EventAnswer(string Message);

/// <summary>The answer to a batch: one result an event, in their order.</summary>
internal sealed record BatchAnswer(int Logged, int Duplicates, int Rejected, IReadOnlyList<EventResult> Results)
{
    /// <summary>Joins why events were refused with what became of the others.</summary>
    public static BatchAnswer Of(IReadOnlyList<DropReason?> refusals, IReadOnlyList<AppendOutcome> outcomes)
    {
        var results = new List<EventResult>(refusals.Count);
        var appended = 0;
        foreach (var refusal in refusals)
        {
            results.Add(refusal is null ? EventResult.Of(outcomes[appended++]) : new EventResult("rejected", refusal.Label, refusal.Error));
        }

        var duplicates = outcomes.Count(outcome => outcome == AppendOutcome.Duplicate);
        return new BatchAnswer(outcomes.Count - duplicates, duplicates, refusals.Count - outcomes.Count, results);
    }
}

/// <summary>What became of one event of a batch.</summary>
/// <param name="Result"><c>logged</c>, <c>duplicate</c> or <c>rejected</c>.</param>
/// <param name="Reason">Why it was rejected, in one word.</param>
/// <param name="Error">The same in words.</param>
internal sealed record EventResult(
    string Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null)
{
    private static readonly EventResult Logged = new("logged");
    private static readonly EventResult Duplicate = new("duplicate");

    public static EventResult Of(AppendOutcome outcome) => outcome == AppendOutcome.Stored ? Logged : Duplicate;
}
