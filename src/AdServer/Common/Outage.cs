namespace AdServer.Common;

/// <summary>Whether something that a background part does is failing, since when, and why. Written by that part, read by anybody.</summary>
internal sealed class Outage
{
    private const long None = long.MinValue;
    private long since = None;
    private volatile string? reason;

    /// <summary>Since when it fails; nothing if it went well the last time.</summary>
    public DateTimeOffset? Since =>
        Interlocked.Read(ref since) is var milliseconds and not None ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    /// <summary>Why it failed the last time, and what to do, for people: what the store said of itself, else where to look.</summary>
    public string Reason => reason ?? "the log says why";

    /// <summary>It failed; says whether this is the first time in a row, and so worth a line in the log.</summary>
    public bool Begin(DateTimeOffset now, Exception fault)
    {
        // Other exceptions are mistakes of ours: their words are for the log.
        reason = (fault as StoreUnavailableException)?.Message;
        return Interlocked.CompareExchange(ref since, now.ToUnixTimeMilliseconds(), None) == None;
    }

    /// <summary>It went well.</summary>
    public void End() => Interlocked.Exchange(ref since, None);
}
