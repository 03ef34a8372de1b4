namespace AdServer.Serving;

/// <summary>
/// A set of ads by their slots: of one package, those that it has seen or was handed. While they are few, sorted arrays (2 bytes each);
/// when those would be larger, one bit per slot. So 1,000 of 100,000 ads take 2.2 KB, and all of them 14 KB. Only grows. Read without a lock.
/// </summary>
internal sealed class SlotSet
{
    private const int BitsPerWord = 64;

    /// <summary>What a slot's low half does not say: the number of its block.</summary>
    private const int BlockShift = 16;

    private readonly Lock writing = new();

    /// <summary>For each block of 65,536 slots the low halves of those in the set, in order: an array that never changes, replaced by the next. Empty once there are bits.</summary>
    private ushort[]?[] few = [];

    /// <summary>How many they are.</summary>
    private int fewCount;

    /// <summary>One bit per slot. Absent while the slots are few.</summary>
    private ulong[]? bits;

    /// <summary>The set of a package that has none.</summary>
    public static SlotSet Empty { get; } = new();

    public bool Contains(int slot)
    {
        // In this order: the arrays are let go only after the bits are there.
        var blocks = Volatile.Read(ref few);
        return Volatile.Read(ref bits) is { } words
            ? slot / BitsPerWord < words.Length && (Volatile.Read(ref words[slot / BitsPerWord]) & (1UL << slot)) != 0
            : slot >> BlockShift < blocks.Length && Volatile.Read(ref blocks[slot >> BlockShift]).AsSpan().BinarySearch((ushort)slot) >= 0;
    }

    /// <summary>Has the processor fetch what <see cref="Contains"/> will read of many slots, and waits for nothing.</summary>
    public void Fetch(int slot)
    {
        if (Volatile.Read(ref bits) is { } words && (uint)slot / BitsPerWord < (uint)words.Length)
        {
            ProcessorCache.Fetch(ref words[(uint)slot / BitsPerWord]);
        }
    }

    /// <summary>Adds slots in any order, and says how many are new.</summary>
    /// <param name="slots">What is added; it is sorted in place.</param>
    /// <param name="slotCount">One more than the highest slot that any ad has now.</param>
    public int Add(Span<int> slots, int slotCount)
    {
        lock (writing)
        {
            var isFew = bits is null && (fewCount + slots.Length) * sizeof(ushort) < slotCount / 8;
            return isFew ? Merge(slots) : Set(slots, slotCount);
        }
    }

    private int Merge(Span<int> slots)
    {
        slots.Sort();
        var blocks = few;
        Array.Resize(ref blocks, slots is [.., var last] ? Math.Max(few.Length, (last >> BlockShift) + 1) : few.Length);
        var added = 0;
        for (ReadOnlySpan<int> rest = slots; rest.Length > 0;)
        {
            var block = rest[0] >> BlockShift;
            var end = 1;
            while (end < rest.Length && rest[end] >> BlockShift == block)
            {
                end++;
            }

            var old = blocks[block] ?? [];
            var merged = Merge(old, rest[..end]);
            added += merged.Length - old.Length;
            Volatile.Write(ref blocks[block], merged);
            rest = rest[end..];
        }

        fewCount += added;
        Volatile.Write(ref few, blocks);
        return added;
    }

    /// <summary>The low halves of a block with those of further slots of it, each once and in order.</summary>
    private static ushort[] Merge(ushort[] old, ReadOnlySpan<int> slots)
    {
        var merged = new ushort[old.Length + slots.Length];
        int count = 0, left = 0, right = 0;
        while (left < old.Length || right < slots.Length)
        {
            var takeLeft = right == slots.Length || (left < old.Length && old[left] < (ushort)slots[right]);
            var low = takeLeft ? old[left++] : (ushort)slots[right++];
            if (count == 0 || merged[count - 1] != low)
            {
                merged[count++] = low;
            }
        }

        return count == merged.Length ? merged : merged[..count];
    }

    private int Set(ReadOnlySpan<int> slots, int slotCount)
    {
        var words = bits ?? [];

        // Requests learn of new ads at different times: who asks now may count fewer than who asked before.
        slotCount = Math.Max(slotCount, HighestOfFew() + 1);
        if (slotCount > words.Length * BitsPerWord)
        {
            // An eighth more than needed: a growing catalogue does not copy for every ad.
            Array.Resize(ref words, ((slotCount + (slotCount / 8)) / BitsPerWord) + 1);
        }

        for (var block = 0; block < few.Length; block++)
        {
            foreach (var low in few[block] ?? [])
            {
                Set(words, (block << BlockShift) + low);
            }
        }

        var added = 0;
        foreach (var slot in slots)
        {
            added += Set(words, slot) ? 1 : 0;
        }

        Volatile.Write(ref bits, words);
        Volatile.Write(ref few, []);
        return added;
    }

    private int HighestOfFew()
    {
        // The last block that is there has something in it.
        return few is [.., { } block] ? ((few.Length - 1) << BlockShift) + block[^1] : -1;
    }

    /// <summary>Sets a bit; says whether it was not set.</summary>
    private static bool Set(ulong[] words, int slot)
    {
        ref var word = ref words[slot / BitsPerWord];
        var isNew = (word & (1UL << slot)) == 0;
        Volatile.Write(ref word, word | (1UL << slot));
        return isNew;
    }
}
