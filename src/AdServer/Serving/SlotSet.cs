namespace AdServer.Serving;

/// <summary>
/// A set of ads by their slots: of one package, those that it has seen or was handed. While they are few, a sorted array (4 bytes each);
/// when that would be larger, one bit per slot. So 1,000 of 100,000 ads take 4.1 KB, and all of them 14 KB. Only grows. Read without a lock.
/// </summary>
internal sealed class SlotSet
{
    private const int BitsPerWord = 64;

    private readonly Lock writing = new();

    /// <summary>The slots in order; never changed in place. Empty once there are bits.</summary>
    private int[] few = [];

    /// <summary>One bit per slot. Absent while the slots are few.</summary>
    private ulong[]? bits;

    /// <summary>The set of a package that has none.</summary>
    public static SlotSet Empty { get; } = new();

    public bool Contains(int slot)
    {
        // In this order: the array is emptied only after the bits are there.
        var sorted = Volatile.Read(ref few);
        return Volatile.Read(ref bits) is { } words
            ? slot / BitsPerWord < words.Length && (Volatile.Read(ref words[slot / BitsPerWord]) & (1UL << slot)) != 0
            : sorted.AsSpan().BinarySearch(slot) >= 0;
    }

    /// <summary>Adds slots in any order, and says how many are new.</summary>
    /// <param name="slots">What is added; it is sorted in place.</param>
    /// <param name="slotCount">One more than the highest slot that any ad has now.</param>
    public int Add(Span<int> slots, int slotCount)
    {
        lock (writing)
        {
            var isFew = bits is null && (few.Length + slots.Length) * sizeof(int) < slotCount / 8;
            return isFew ? Merge(slots) : Set(slots, slotCount);
        }
    }

    private int Merge(Span<int> slots)
    {
        slots.Sort();
        var merged = new int[few.Length + slots.Length];
        int count = 0, left = 0, right = 0;
        while (left < few.Length || right < slots.Length)
        {
            var takeLeft = right == slots.Length || (left < few.Length && few[left] < slots[right]);
            var slot = takeLeft ? few[left++] : slots[right++];
            if (count == 0 || merged[count - 1] != slot)
            {
                merged[count++] = slot;
            }
        }

        var added = count - few.Length;
        Volatile.Write(ref few, count == merged.Length ? merged : merged[..count]);
        return added;
    }

    private int Set(ReadOnlySpan<int> slots, int slotCount)
    {
        var words = bits ?? [];

        // Requests learn of new ads at different times: who asks now may count fewer than who asked before.
        slotCount = Math.Max(slotCount, few is [.., var last] ? last + 1 : 0);
        if (slotCount > words.Length * BitsPerWord)
        {
            // An eighth more than needed: a growing catalogue does not copy for every ad.
            Array.Resize(ref words, ((slotCount + (slotCount / 8)) / BitsPerWord) + 1);
        }

        Set(words, few);
        var added = Set(words, slots);
        Volatile.Write(ref bits, words);
        Volatile.Write(ref few, []);
        return added;
    }

    private static int Set(ulong[] words, ReadOnlySpan<int> slots)
    {
        var added = 0;
        foreach (var slot in slots)
        {
            ref var word = ref words[slot / BitsPerWord];
            added += (word & (1UL << slot)) == 0 ? 1 : 0;
            Volatile.Write(ref word, word | (1UL << slot));
        }

        return added;
    }
}
