using AdServer.Events;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The events that the writing connection appended and that are in no roll yet, so that the roll which takes them need not read them again. What is
/// in no roll never changes: erasing, rating, sweeping and retention wait until a roll is applied. Only a help: whoever finds
/// nothing here, as after a transaction that failed, reads the file.
/// </summary>
internal sealed class SqliteTail
{
    /// <summary>The most events, some dozens of megabytes: only whoever sends more than can be rolled up comes near it. Beyond that the older ones are read from the file.</summary>
    private const int Most = 50_000;

    /// <summary>Two full rolls of the usual size: events come in faster than they are rolled up.</summary>
    private const int Long = 10_000;

    private readonly Queue<(long Seq, AdEvent Event)> events = new();

    /// <summary>Whether so many wait for their roll that rolls should come before further events.</summary>
    public bool IsLong => events.Count > Long;

    /// <summary>Takes in an event behind all others.</summary>
    public void Add(long seq, AdEvent one)
    {
        if (events.Count == Most)
        {
            events.Dequeue();
        }

        events.Enqueue((seq, one));
    }

    /// <summary>Gives up the events up to a position; nothing if they are not exactly those of the roll.</summary>
    /// <param name="roll">The roll, just closed.</param>
    /// <param name="count">How many events it has.</param>
    public IReadOnlyList<AdEvent>? Take(SqliteRoll roll, long count)
    {
        var taken = new List<AdEvent>((int)count);
        while (events.TryPeek(out var next) && next.Seq <= roll.Last)
        {
            taken.Add(events.Dequeue().Event);
        }

        return taken.Count == count ? taken : null;
    }

    public void Clear() => events.Clear();
}
