using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AdServer.Events;

/// <summary>
/// Values by key, within the two periods that were used last: whoever comes late to the one before still finds it, and a clock that is
/// set back begins anew. Bounded, and without an allocation for a value once the tables have grown. For one thread at a time.
/// </summary>
/// <param name="most">The most keys of a period.</param>
internal sealed class RecentPeriods<TKey, TValue>(int most)
    where TKey : notnull
    where TValue : struct
{
    private (long Number, Dictionary<TKey, TValue> Values) latest = (long.MinValue, []);
    private (long Number, Dictionary<TKey, TValue> Values) other = (long.MinValue, []);

    /// <summary>How many values are held.</summary>
    public int Count => latest.Values.Count + other.Values.Count;

    /// <summary>The value of a key in a period, the default one if the key is new; no reference if there is no room for it.</summary>
    public ref TValue At(long period, TKey key)
    {
        Turn(period);
        ref var held = ref CollectionsMarshal.GetValueRefOrNullRef(latest.Values, key);
        if (Unsafe.IsNullRef(ref held) && latest.Values.Count < most)
        {
            return ref CollectionsMarshal.GetValueRefOrAddDefault(latest.Values, key, out _);
        }

        return ref held;
    }

    /// <summary>The value of a key in a period; no reference if it is not held, or no more.</summary>
    public ref TValue Find(long period, TKey key) =>
        ref period == latest.Number ? ref CollectionsMarshal.GetValueRefOrNullRef(latest.Values, key)
            : ref period == other.Number ? ref CollectionsMarshal.GetValueRefOrNullRef(other.Values, key)
            : ref Unsafe.NullRef<TValue>();

    /// <summary>Removes the value of a key from a period, if it is held.</summary>
    public void Remove(long period, TKey key)
    {
        if (period == latest.Number || period == other.Number)
        {
            (period == latest.Number ? latest : other).Values.Remove(key);
        }
    }

    /// <summary>Makes a period the latest one; one that is not held takes the place of that which was not used for longer.</summary>
    private void Turn(long period)
    {
        if (period == latest.Number)
        {
            return;
        }

        if (period != other.Number)
        {
            other.Values.Clear();
            other.Number = period;
        }

        (latest, other) = (other, latest);
    }
}
