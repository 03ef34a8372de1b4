using AdServer.Events;

namespace AdServer.Commands.Torture;

/// <summary>What a server answered to an event.</summary>
internal enum EventReply
{
    /// <summary>It was recorded now.</summary>
    Logged,

    /// <summary>It was recorded before.</summary>
    Duplicate,

    /// <summary>It is not taken, and never will be.</summary>
    Refused,

    /// <summary>No answer, or one that says to try again: nobody knows whether it was recorded.</summary>
    None,
}

/// <summary>One page of the ledger.</summary>
/// <param name="AdId">The ad.</param>
/// <param name="HasIds">Whether its events have an identity.</param>
/// <param name="Type">The type of its events.</param>
/// <param name="Answered">So many were answered: each counts, once.</param>
/// <param name="Unanswered">So many were not, and were not sent again: each may count, once.</param>
internal readonly record struct LedgerPage(string AdId, bool HasIds, EventType Type, long Answered, long Unanswered);

/// <summary>
/// What apps were answered, for many threads. Its memory does not grow with the events: sums for each ad and type are all that the
/// statistics can be held against, and an app remembers only its last few events, to send them again.
/// </summary>
/// <param name="identified">Ads of events with an identity.</param>
/// <param name="anonymous">Ads of events without.</param>
internal sealed class AnswerLedger(IReadOnlyList<string> identified, IReadOnlyList<string> anonymous)
{
    private static readonly int Types = Enum.GetValues<EventType>().Length;

    private readonly string[] ads = [.. identified, .. anonymous];
    private readonly long[] answered = new long[(identified.Count + anonymous.Count) * Types];
    private readonly long[] unanswered = new long[(identified.Count + anonymous.Count) * Types];
    private long all;
    private long refused;
    private long contradicted;

    public IReadOnlyList<string> Ads => ads;

    public IReadOnlyList<string> Identified => identified;

    public IReadOnlyList<string> Anonymous => anonymous;

    /// <summary>All events that were answered.</summary>
    public long Answered => Volatile.Read(ref all);

    /// <summary>Events that were refused, though nothing is wrong with them.</summary>
    public long Refused => Volatile.Read(ref refused);

    /// <summary>Answers that cannot be: known though never sent, or new though answered before.</summary>
    public long Contradicted => Volatile.Read(ref contradicted);

    /// <summary>Writes down what became of an event that is not sent again.</summary>
    /// <param name="adId">Its ad.</param>
    /// <param name="type">Its type.</param>
    /// <param name="reply">The last answer.</param>
    /// <param name="wasSent">Whether it had been sent before, without an answer.</param>
    public void Enter(string adId, EventType type, EventReply reply, bool wasSent)
    {
        if (reply == EventReply.Refused)
        {
            Interlocked.Increment(ref refused);
            return;
        }

        var page = (Array.IndexOf(ads, adId) * Types) + (int)type;
        Interlocked.Increment(ref reply == EventReply.None ? ref unanswered[page] : ref answered[page]);
        if (reply != EventReply.None)
        {
            Interlocked.Increment(ref all);
        }

        if (reply == EventReply.Duplicate && !wasSent)
        {
            Interlocked.Increment(ref contradicted);
        }
    }

    /// <summary>Writes down the answer to an event that had been answered before. It counts no more; only one answer is right.</summary>
    public void EnterRepeat(EventReply reply)
    {
        if (reply is EventReply.Logged or EventReply.Refused)
        {
            Interlocked.Increment(ref contradicted);
        }
    }

    public IReadOnlyList<LedgerPage> Read() =>
    [
        .. from ad in Enumerable.Range(0, ads.Length)
           from type in Enum.GetValues<EventType>()
           let page = (ad * Types) + (int)type
           select new LedgerPage(ads[ad], ad < identified.Count, type, Volatile.Read(ref answered[page]), Volatile.Read(ref unanswered[page])),
    ];
}
