using System.Collections.Concurrent;
using AdServer.Events;

namespace AdServer.Commands.Simulation;

/// <summary>What came back for an event.</summary>
internal enum EventAnswer
{
    /// <summary>201: the server has it.</summary>
    Logged,

    /// <summary>Another 2xx, a success for the SDK.</summary>
    OtherSuccess,

    /// <summary>4xx or another refusal: the event is lost.</summary>
    Refused,

    /// <summary>5xx: the event is lost.</summary>
    Failed,

    /// <summary>No answer at all: nobody knows whether the server has it.</summary>
    None,
}

/// <summary>What all devices together have seen. Safe for many threads; bounded.</summary>
internal sealed class Tally
{
    private static readonly int Answers = Enum.GetValues<EventAnswer>().Length;

    private readonly long[] events = new long[Enum.GetValues<EventType>().Length * Answers];
    private readonly ConcurrentDictionary<string, long> errors = new(StringComparer.Ordinal);
    private long requests;
    private long fills;
    private long noFills;

    public LatencyHistogram AdLatency { get; } = new();

    public LatencyHistogram EventLatency { get; } = new();

    public long Requests => Volatile.Read(ref requests);

    public long Fills => Volatile.Read(ref fills);

    /// <summary>Answers 204, and only those: an error is no no-fill.</summary>
    public long NoFills => Volatile.Read(ref noFills);

    public long Errors => errors.Values.Sum();

    /// <summary>How often each kind of error occurred, the most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> ErrorsByKind =>
        [.. errors.OrderByDescending(error => error.Value).ThenBy(error => error.Key, StringComparer.Ordinal)];

    public long Events(EventType type, EventAnswer answer) => Volatile.Read(ref events[IndexOf(type, answer)]);

    public long Events(EventAnswer answer) => Enum.GetValues<EventType>().Sum(type => Events(type, answer));

    public long Events() => Enum.GetValues<EventAnswer>().Sum(Events);

    public void Requested() => Interlocked.Increment(ref requests);

    public void Filled() => Interlocked.Increment(ref fills);

    public void NotFilled() => Interlocked.Increment(ref noFills);

    public void Answered(EventType type, EventAnswer answer) => Interlocked.Increment(ref events[IndexOf(type, answer)]);

    /// <summary>Counts an error. Kinds are statuses and exception kinds, never text from the server, so there are few.</summary>
    public void Erred(string kind) => errors.AddOrUpdate(kind, 1, (_, count) => count + 1);

    private static int IndexOf(EventType type, EventAnswer answer) => ((int)type * Answers) + (int)answer;
}
