namespace AdServer.Access.SignIn;

/// <summary>
/// Makes guessing slow: after a few wrong passwords for an e-mail address (or that and a network, see <see cref="Guesses"/>) whoever signs in with it has to wait, each time twice as long; a right one
/// ends that. Of addresses that nobody has the same. It is in the memory of this host, as much as <see cref="MostAddresses"/>.
/// </summary>
internal sealed class LockOut(TimeProvider clock, int freeTries = LockOut.FreeTries)
{
    /// <summary>How many wrong passwords cost nothing.</summary>
    public const int FreeTries = 5;

    /// <summary>What is remembered at once, in all some megabytes.</summary>
    public const int MostAddresses = 10_000;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    /// <summary>How long nobody must have tried an address for it to be new again.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    private readonly Dictionary<string, Tries> tries = new(StringComparer.Ordinal);
    private readonly Lock door = new();

    /// <summary>
    /// Begins a try, which counts as wrong until <see cref="Clear"/> or <see cref="GiveBack"/>: many at once are many. The time to wait if it
    /// is too early; then nothing has begun.
    /// </summary>
    public TimeSpan? Begin(string emailKey)
    {
        lock (door)
        {
            var now = clock.GetUtcNow();
            var before = tries.TryGetValue(emailKey, out var known) && known.Last + Memory > now ? known : default;
            if (before.NotBefore > now)
            {
                return before.NotBefore - now;
            }

            MakeRoom(emailKey, now);
            var count = before.Count + 1;
            tries[emailKey] = new Tries(count, now, count < freeTries ? now : now + WaitAfter(count - freeTries));
            return null;
        }
    }

    /// <summary>The password was right, or was set anew by a link.</summary>
    public void Clear(string emailKey)
    {
        lock (door)
        {
            tries.Remove(emailKey);
        }
    }

    /// <summary>The password was not looked at.</summary>
    public void GiveBack(string emailKey)
    {
        lock (door)
        {
            if (tries.TryGetValue(emailKey, out var known))
            {
                tries[emailKey] = known with { Count = known.Count - 1, NotBefore = known.Last };
            }
        }
    }

    /// <summary>How many addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (door)
            {
                return tries.Count;
            }
        }
    }

    private static TimeSpan WaitAfter(int more)
    {
        var wait = FirstWait * (1 << Math.Min(more, 20));
        return wait < LongestWait ? wait : LongestWait;
    }

    /// <summary>Forgets those of long ago, else the one that was tried least: whoever floods the memory does not free the address that he is after.</summary>
    private void MakeRoom(string emailKey, DateTimeOffset now)
    {
        if (tries.Count < MostAddresses || tries.ContainsKey(emailKey))
        {
            return;
        }

        foreach (var old in tries.Where(pair => pair.Value.Last + Memory <= now).Select(pair => pair.Key).ToList())
        {
            tries.Remove(old);
        }

        if (tries.Count >= MostAddresses)
        {
            tries.Remove(tries.MinBy(pair => (pair.Value.Count, pair.Value.Last)).Key);
        }
    }

    /// <param name="Count">Wrong passwords in a row.</param>
    /// <param name="Last">When the last one was tried.</param>
    /// <param name="NotBefore">When the next one may be.</param>
    private readonly record struct Tries(int Count, DateTimeOffset Last, DateTimeOffset NotBefore);
}
