namespace AdServer.Commands.Torture;

/// <summary>What a server does when it is killed.</summary>
internal enum KillPhase
{
    /// <summary>It makes the tables of a new store.</summary>
    Migration,

    /// <summary>It does not listen yet.</summary>
    StartUp,

    /// <summary>It takes events and serves ads.</summary>
    Load,

    /// <summary>It rolls up, while it takes events and serves ads.</summary>
    RollUp,

    /// <summary>It was asked to end, and has not.</summary>
    Shutdown,
}

/// <summary>When a server is to be killed: decided by seed and cycle alone. What it really does then is seen afterwards.</summary>
/// <param name="Phase">What it should be doing.</param>
/// <param name="Moment">How far into that, 0 to 1, as long as it took the last time.</param>
/// <param name="Events">After how many answered events that phase is waited for.</param>
/// <param name="Victim">Which of the servers, 0 to 1.</param>
internal readonly record struct KillPlan(KillPhase Phase, double Moment, int Events, double Victim)
{
    private const int FewestEvents = 20;
    private const int MostEvents = 1500;

    /// <summary>The plan of a cycle. Of five cycles in a row each phase has one.</summary>
    public static KillPlan Of(int seed, int cycle)
    {
        var phases = Enum.GetValues<KillPhase>();
        Randomness(seed, -1 - (cycle / phases.Length)).Shuffle(phases);
        var random = Randomness(seed, cycle);
        return new KillPlan(phases[cycle % phases.Length], random.NextDouble(), random.Next(FewestEvents, MostEvents), random.NextDouble());
    }

    private static Random Randomness(int seed, int number) => new(unchecked((seed * 1_000_003) + (number * 7_919)));
}
