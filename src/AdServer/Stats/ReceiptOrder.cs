namespace AdServer.Stats;

/// <summary>
/// Puts events that come nearly in the order of their receipt into that order, in bounded memory: the windows of a device are about its
/// seconds and minutes. Events that waited in a spool longer than so many others come where they come.
/// </summary>
/// <param name="most">The most events that are held back.</param>
internal sealed class ReceiptOrder(int most)
{
    private readonly PriorityQueue<PlacedEvent, (DateTimeOffset ReceivedAt, long Number)> held = new();
    private long number;

    /// <summary>Takes in the next event; gives the first of those that are held, once there are enough.</summary>
    public PlacedEvent? Next(PlacedEvent one)
    {
        held.Enqueue(one, (one.Event.CreatedAt, number++));
        return held.Count > most ? held.Dequeue() : null;
    }

    /// <summary>Gives what is held, in order.</summary>
    public IEnumerable<PlacedEvent> Rest()
    {
        while (held.TryDequeue(out var one, out _))
        {
            yield return one;
        }
    }
}
