using System.Diagnostics;

namespace AdServer.Benchmarks;

/// <summary>What one read costs that nothing can foresee, in memory of a given size: each place says where the next one is.</summary>
internal static class UncachedRead
{
    private const int Reads = 2_000_000;

    public static double Nanoseconds(int bytes)
    {
        var next = OneCycle(bytes / sizeof(int));
        var warm = Walk(next, 0);
        var started = Stopwatch.GetTimestamp();
        var last = Walk(next, warm);
        var time = Stopwatch.GetElapsedTime(started);

        // The result is used, so that the walk cannot be left out.
        return last < 0 ? double.NaN : time.TotalNanoseconds / Reads;
    }

    private static int Walk(int[] next, int place)
    {
        for (var read = 0; read < Reads; read++)
        {
            place = next[place];
        }

        return place;
    }

    /// <summary>Every place is in the one cycle, so that the walk does not stay in a small part.</summary>
    private static int[] OneCycle(int count)
    {
        var next = Enumerable.Range(0, count).ToArray();
        var random = new Random(1);
        for (var place = count - 1; place > 0; place--)
        {
            var other = random.Next(place);
            (next[place], next[other]) = (next[other], next[place]);
        }

        return next;
    }
}
