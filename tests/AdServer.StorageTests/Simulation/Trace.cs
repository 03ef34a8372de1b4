namespace AdServer.StorageTests.Simulation;

/// <summary>What happened in a world, step by step: a number for all of it, and the words of its end.</summary>
internal sealed class Trace
{
    private const int Kept = 60;
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly Queue<string> end = [];

    /// <summary>FNV-1a over everything: two runs of a seed that agree in it were the same.</summary>
    public ulong Hash { get; private set; } = Basis;

    public long Steps { get; private set; }

    public IReadOnlyCollection<string> End => end;

    public void Add(string line)
    {
        Steps++;
        foreach (var character in line)
        {
            Hash = (Hash ^ character) * Prime;
        }

        if (end.Count == Kept)
        {
            end.Dequeue();
        }

        end.Enqueue(line);
    }
}
