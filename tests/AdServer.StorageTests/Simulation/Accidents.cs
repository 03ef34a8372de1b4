namespace AdServer.StorageTests.Simulation;

/// <summary>What the seed decides: how long things take, and what goes wrong, of which nothing does once the world is calm.</summary>
internal sealed class Accidents(Random random)
{
    /// <summary>Some worlds have hardly an accident, in some little goes well.</summary>
    private readonly double rate = random.Next(4) switch { 0 => 0, 1 => 0.01, 2 => 0.03, _ => 0.1 };

    public bool IsCalm { get; set; }

    public Random Random => random;

    /// <summary>How often each has happened.</summary>
    public Dictionary<string, int> Tally { get; } = [];

    /// <summary>Whether one happens now.</summary>
    public bool Happen(string what, double often = 1)
    {
        var happens = !IsCalm && random.NextDouble() < rate * often;
        if (happens)
        {
            Note(what);
        }

        return happens;
    }

    public void Note(string what) => Tally[what] = Tally.GetValueOrDefault(what) + 1;

    /// <summary>How long a message or a disk takes: mostly a few milliseconds, at times much longer.</summary>
    public TimeSpan Delay() => Happen("something takes long")
        ? TimeSpan.FromMilliseconds(random.Next(50, 2000))
        : TimeSpan.FromTicks(random.Next((int)TimeSpan.TicksPerMillisecond * 4));

    /// <summary>A moment in a stretch of time.</summary>
    public TimeSpan Within(TimeSpan most) => TimeSpan.FromTicks(random.NextInt64(most.Ticks));
}
