using AdServer.Commands.Simulation;

namespace AdServer.Commands.Torture;

/// <summary>What has been done and found so far.</summary>
internal sealed class TortureTally
{
    private const int MostFaults = 50;

    private readonly int[] kills = new int[Enum.GetValues<KillPhase>().Length];
    private readonly List<string> faults = [];

    public int Cycles { get; set; }

    /// <summary>Servers that came to their end in good order before they could be killed.</summary>
    public int Orderly { get; private set; }

    public int Kills => kills.Sum();

    /// <summary>From the start of a process to the moment it listens, on a store that it did not leave in order.</summary>
    public LatencyHistogram Restarts { get; } = new();

    /// <summary>Ledger and statistics of stores that are gone.</summary>
    public Judgement Gone { get; set; } = Judgement.None;

    /// <summary>Ledger and statistics of the store, as last compared.</summary>
    public Judgement Latest { get; set; } = Judgement.None;

    /// <summary>What <c>verify</c> said.</summary>
    public string Verify { get; set; } = "not run";

    /// <summary>What could not be tidied up, if anything; no fault of a server.</summary>
    public string? LeftOver { get; set; }

    public Judgement Judgement => Gone + Latest;

    /// <summary>What is wrong, beside the judgement; the first few.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Whether all is well.</summary>
    public bool IsClean => faults.Count == 0 && Judgement.Faults.Count == 0;

    public int KillsIn(KillPhase phase) => kills[(int)phase];

    public void Add(string fault)
    {
        if (faults.Count < MostFaults)
        {
            faults.Add(fault);
        }
    }

    /// <summary>Counts how a server ended, if one did.</summary>
    public void Add(Death? death)
    {
        if (death is null)
        {
            return;
        }

        if (death.Phase is { } phase)
        {
            kills[(int)phase]++;
        }
        else if (death == Death.Orderly)
        {
            Orderly++;
        }
        else
        {
            Add($"a server ended by itself, with exit code {death.ExitCode}");
        }
    }
}
