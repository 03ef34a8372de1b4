using System.Numerics;

namespace AdServer.Commands.Simulation;

/// <summary>
/// Durations in a fixed amount of memory, for many threads at once. Exact to a microsecond below 64 µs, within 1/32 above; the
/// longest is kept as it is.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Fine = 64;
    private const int PerOctave = 32;
    private const int Octaves = 32;
    private const int Last = Fine + (Octaves * PerOctave) - 1;

    private readonly long[] counts = new long[Last + 1];
    private long longest;

    public void Add(TimeSpan duration)
    {
        var microseconds = Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        Interlocked.Increment(ref counts[IndexOf(microseconds)]);
        for (var seen = Volatile.Read(ref longest); microseconds > seen;)
        {
            var before = Interlocked.CompareExchange(ref longest, microseconds, seen);
            seen = before == seen ? microseconds : before;
        }
    }

    /// <summary>The duration that this share of all durations does not exceed; the longest for 1; zero when there are none.</summary>
    public TimeSpan Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(counts.Sum() * share));
        var seen = 0L;
        for (var index = 0; index < counts.Length; index++)
        {
            seen += counts[index];
            if (seen >= rank)
            {
                return TimeSpan.FromMicroseconds(Math.Min(HighestOf(index), longest));
            }
        }

        return TimeSpan.FromMicroseconds(longest);
    }

    private static int IndexOf(long microseconds)
    {
        if (microseconds < Fine)
        {
            return (int)microseconds;
        }

        var octave = BitOperations.Log2((ulong)microseconds) - BitOperations.Log2(Fine);
        var step = (int)(microseconds >> (octave + 1)) - PerOctave;
        return Math.Min(Fine + (octave * PerOctave) + step, Last);
    }

    /// <summary>The longest duration that is counted there; the last place takes everything beyond.</summary>
    private static long HighestOf(int index)
    {
        if (index == Last)
        {
            return long.MaxValue;
        }

        if (index < Fine)
        {
            return index;
        }

        var octave = (index - Fine) / PerOctave;
        var step = (index - Fine) % PerOctave;
        return ((long)(PerOctave + step + 1) << (octave + 1)) - 1;
    }
}
