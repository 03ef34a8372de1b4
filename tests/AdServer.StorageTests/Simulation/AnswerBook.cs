using AdServer.Events;
using AdServer.Stats;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// The model that is obviously right: what was sent, and what of it was answered as logged. With an id an event counts once if it was
/// answered, and at most once if not. Without one it counts as often as it was answered at least, and as it was sent at most.
/// </summary>
internal sealed class AnswerBook
{
    private readonly Dictionary<string, Entry> entries = [];
    private readonly List<string> faults = [];

    /// <summary>What was otherwise than it must be.</summary>
    public IReadOnlyList<string> Faults => faults;

    public int Answered => entries.Values.Sum(entry => entry.Answered);

    public void Blame(string fault) => faults.Add(fault);

    public void Send(SentEvent one)
    {
        if (!entries.TryGetValue(one.Tag, out var entry))
        {
            entries[one.Tag] = entry = new Entry(one);
        }

        entry.Sent++;
    }

    public void Answer(SentEvent one) => entries[one.Tag].Answered++;

    /// <summary>Each event that must be in what is counted, so often; but for what hosts have in their spools.</summary>
    /// <param name="spooled">What is in spools: it is counted when the engine is back.</param>
    public Dictionary<(string AdId, TrafficFlaw Flaw), long> AtLeast(IReadOnlyCollection<string> spooled) => Sum(entry => entry.HasId
        ? (entry.Answered > 0 && !spooled.Contains(entry.Event.Tag) ? 1 : 0)
        : Math.Max(0, entry.Answered - spooled.Count(tag => tag == entry.Event.Tag)));

    /// <summary>How many events of each ad, with each flaw, can be counted.</summary>
    public Dictionary<(string AdId, TrafficFlaw Flaw), long> AtMost() => Sum(entry => entry.HasId ? 1 : entry.Sent);

    /// <summary>Compares what a reader saw with what there was before and after: what counts, and what is left out for each reason.</summary>
    public void CompareRead(StatsView view, Dictionary<(string AdId, TrafficFlaw Flaw), long> least, bool isNet)
    {
        var (seen, most) = (Seen(view), AtMost());
        var (lows, highs) = isNet ? (least, most) : (Gross(least), Gross(most));
        foreach (var (key, high) in highs)
        {
            var (count, low) = (seen.GetValueOrDefault(key), lows.GetValueOrDefault(key));
            if (count < low || count > high)
            {
                Blame($"a reader saw {count} events of {key}, not from {low} to {high}");
            }
        }
    }

    /// <summary>Compares each event with how often it was stored.</summary>
    public void CompareRaw(IReadOnlyDictionary<string, int> raw)
    {
        faults.AddRange(raw.Keys.Except(entries.Keys).Select(tag => $"{tag} was stored and never sent"));
        foreach (var entry in entries.Values)
        {
            var count = raw.GetValueOrDefault(entry.Event.Tag);
            var (least, most) = entry.HasId ? (Math.Min(entry.Answered, 1), 1) : (entry.Answered, entry.Sent);
            if (count < least || count > most)
            {
                Blame($"{entry.Event.Tag} was answered {entry.Answered} and sent {entry.Sent} times, and is counted {count} times");
            }
        }
    }

    /// <summary>What reports must say when so much was stored: of some of the events.</summary>
    public Dictionary<string, DayCounts> Expect(IReadOnlyDictionary<string, int> raw, Func<SentEvent, bool> some) =>
        (from entry in entries.Values
         where some(entry.Event)
         from time in Enumerable.Range(0, raw.GetValueOrDefault(entry.Event.Tag))
         group DayCounts.Of(entry.Event.Counted) by entry.Event.AdId into ad
         select KeyValuePair.Create(ad.Key, ad.Aggregate((sum, one) => sum + one))).ToDictionary();

    /// <summary>The events that were stored.</summary>
    public IEnumerable<SentEvent> Those(IReadOnlyDictionary<string, int> raw) =>
        entries.Values.Select(entry => entry.Event).Where(one => raw.ContainsKey(one.Tag));

    /// <summary>The events that were answered.</summary>
    public IEnumerable<SentEvent> Logged => entries.Values.Where(entry => entry.Answered > 0).Select(entry => entry.Event);

    private Dictionary<(string AdId, TrafficFlaw Flaw), long> Sum(Func<Entry, long> count) =>
        entries.Values.GroupBy(entry => (entry.Event.AdId, entry.Event.Flaw)).ToDictionary(ad => ad.Key, ad => ad.Sum(count));

    private static Dictionary<(string AdId, TrafficFlaw Flaw), long> Gross(Dictionary<(string AdId, TrafficFlaw Flaw), long> counts) =>
        counts.GroupBy(pair => (pair.Key.AdId, TrafficFlaw.None), pair => pair.Value).ToDictionary(ad => ad.Key, ad => ad.Sum());

    private static Dictionary<(string AdId, TrafficFlaw Flaw), long> Seen(StatsView view) =>
        (from row in view.Rows
         from one in InvalidCounts.Flaws.Select(flaw => (Flaw: flaw, Counts: row.Measures.Invalid?.Of(flaw) ?? default)).Append((TrafficFlaw.None, row.Measures.Events))
         select KeyValuePair.Create((row.Key.First, one.Item1), one.Item2.Events)).ToDictionary();

    private sealed class Entry(SentEvent one)
    {
        public SentEvent Event => one;

        public bool HasId => one.EventId is not null;

        public int Sent { get; set; }

        public int Answered { get; set; }
    }
}

/// <summary>An event as a device sends it, again and again if need be.</summary>
/// <param name="Tag">Names it in the raw events: each one has a device of its own.</param>
/// <param name="EventId">Its identity, if it has one.</param>
/// <param name="AdId">The ad.</param>
/// <param name="Package">The app.</param>
/// <param name="Type">What happened.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Timestamp">The device's own time.</param>
internal sealed record SentEvent(string Tag, string? EventId, string AdId, string Package, EventType Type, int Seconds, string Timestamp)
{
    /// <summary>What it would be rated, wherever it comes in: drawn with how long it was watched.</summary>
    public TrafficFlaw Flaw => Seconds % 3 == 0 ? InvalidCounts.Flaws[Seconds / 3 % InvalidCounts.Flaws.Count] : TrafficFlaw.None;

    /// <summary>Whether it returns a signature of its delivery.</summary>
    public bool IsVerified => Seconds % 2 == 0;

    /// <summary>What of it counts.</summary>
    public AdEvent Counted => Samples.Event(AdId, Type, watched: Seconds * 1000L);

    public RawEvent Raw => new()
    {
        AdId = Text(AdId),
        Timestamp = Text(Timestamp),
        EventId = EventId is null ? default : Text(EventId),
        HasDetails = true,
        Details = new RawDetails
        {
            PackageName = Text(Package),
            EventType = Text(Type.ToString()),
            DeviceId = Text(Tag),
            WatchDuration = new RawField(RawKind.Number, Number: Seconds),
        },
    };

    private static RawField Text(string text) => new(RawKind.Text, text);
}
