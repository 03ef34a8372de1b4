using System.Collections.Concurrent;

namespace AdServer.StorageTests.Simulation;

/// <summary>Many worlds, on as many threads as there are processors, each world on one.</summary>
internal static class Worlds
{
    /// <summary>Runs worlds until one has a fault; gives the verdicts in the order of their seeds.</summary>
    public static IReadOnlyList<Verdict> Run(WorldKind kind, int first, int count, Mutation? mutation = null)
    {
        var verdicts = new ConcurrentBag<Verdict>();
        var (next, isOver) = (first, false);
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, 8)).Select(_ => new Thread(Work))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return [.. verdicts.OrderBy(verdict => verdict.Seed)];

        void Work()
        {
            for (var seed = Interlocked.Increment(ref next) - 1; seed < first + count && !isOver; seed = Interlocked.Increment(ref next) - 1)
            {
                var verdict = World.Run(seed, kind, mutation);
                verdicts.Add(verdict);
                isOver |= verdict.Faults.Count > 0;
            }
        }
    }
}
