using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AdServer.Serving;

/// <summary>
/// Slots that were drawn for a package before anybody asked for them. What several draws read is fetched from memory at the same time, and what the
/// next pick reads while others are served; drawn one by one, each would wait for its own. Requests may share it: a slot is handed out once.
/// </summary>
internal sealed class Hand
{
    /// <summary>How many are drawn at once.</summary>
    public const int Size = 16;

    private const int None = -1;

    /// <summary>In place of a slot that somebody took: others may lie behind it.</summary>
    private const int Taken = -2;

    private Slots slots;
    private int next = Size;

    /// <summary>Whether nothing is left to take. With several requests at once it may say so late, or not at all: then who finds nothing draws for itself.</summary>
    public bool IsEmpty => Volatile.Read(ref next) is var place && (place == Size || Volatile.Read(ref slots[place]) == None);

    /// <summary>The next slot that was drawn and has not been seen since, or a negative number if none is left.</summary>
    public int Take(SlotSet seen)
    {
        for (var place = Volatile.Read(ref next); place < Size; place++)
        {
            var slot = Interlocked.Exchange(ref slots[place], Taken);
            if (slot == Taken)
            {
                continue;
            }

            if (slot == None)
            {
                break;
            }

            Volatile.Write(ref next, place + 1);
            if (place + 1 < Size)
            {
                seen.Fetch(slots[place + 1]);
            }

            if (!seen.Contains(slot))
            {
                return slot;
            }
        }

        return None;
    }

    /// <summary>
    /// Draws anew: the first slot that was not seen is the caller's, the others take the place of what is left. A negative number if there is none: then what is left stays.
    /// So who draws is refused only by what was drawn, and never because others took it first.
    /// </summary>
    public int Draw(Lot lot, SlotSet seen, Random random)
    {
        Span<int> drawn = stackalloc int[Size];
        drawn = drawn[..DrawFit(lot, seen, random, drawn)];
        for (var place = 0; place < drawn.Length; place++)
        {
            if (!seen.Contains(drawn[place]))
            {
                Put(drawn[(place + 1)..], seen);
                return drawn[place];
            }
        }

        return None;
    }

    /// <summary>Draws anew for later requests. Of a narrowed lot it asks nothing yet, and so waits for less than <see cref="Draw"/>.</summary>
    public void Refill(Lot lot, SlotSet seen, Random random)
    {
        Span<int> drawn = stackalloc int[Size];
        Put(drawn[..DrawFit(lot, seen, random, drawn)], seen);
    }

    /// <summary>Draws, and says how many of the slots can be handed out: the first ones.</summary>
    private static int DrawFit(Lot lot, SlotSet seen, Random random, Span<int> drawn)
    {
        if (lot.Weight == 0)
        {
            return 0;
        }

        Span<ulong> chances = stackalloc ulong[Size];
        random.NextBytes(MemoryMarshal.AsBytes(chances));
        for (var place = 0; place < Size; place++)
        {
            // The upper half of the product: each unit has the same part of all 64-bit numbers, but for one in 2^64 of them.
            drawn[place] = (int)Math.BigMul(chances[place], (ulong)lot.Weight, out _);
        }

        lot.Find(drawn);

        // Of a lot that was narrowed nearly all are fit: what was seen since is left to who takes it.
        return lot.IsNarrow ? Size : Sift(drawn, seen);
    }

    /// <summary>Moves those to the front that are admitted and not seen; says how many they are.</summary>
    private static int Sift(Span<int> drawn, SlotSet seen)
    {
        foreach (var slot in drawn)
        {
            seen.Fetch(slot);
        }

        var fit = 0;
        foreach (var slot in drawn)
        {
            if (slot >= 0 && !seen.Contains(slot))
            {
                drawn[fit++] = slot;
            }
        }

        return fit;
    }

    private void Put(ReadOnlySpan<int> drawn, SlotSet seen)
    {
        if (drawn.Length > 0)
        {
            seen.Fetch(drawn[0]);
        }

        for (var place = 0; place < Size; place++)
        {
            Volatile.Write(ref slots[place], place < drawn.Length ? drawn[place] : None);
        }

        Volatile.Write(ref next, 0);
    }

    [InlineArray(Size)]
    private struct Slots
    {
        private int first;
    }
}
