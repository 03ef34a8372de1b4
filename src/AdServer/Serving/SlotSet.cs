namespace AdServer.Serving;

/// <summary>
/// A set of ads by their slots: of one package, those that it has seen or was handed. While they are few, sorted arrays (2 bytes each, <see cref="FewSlots"/>);
/// when those would be larger, one bit per slot. So 1,000 of 100,000 ads take 2.2 KB, and all of them 14 KB. Only grows. Read without a lock.
/// </summary>
internal sealed class SlotSet
{
    private const int BitsPerWord = 64;

    private readonly Lock writing = new();

    /// <summary>The slots while they are few. Absent before the first, and once there are bits.</summary>
    private FewSlots? few;

    /// <summary>One bit per slot. Absent while the slots are few.</summary>
    private ulong[]? bits;

    /// <summary>The set of a package that has none.</summary>
    public static SlotSet Empty { get; } = new();

    public bool Contains(int slot)
    {
        // In this order: the few are let go only after the bits are there.
        var sparse = Volatile.Read(ref few);
        return Volatile.Read(ref bits) is { } words
            ? slot / BitsPerWord < words.Length && (Volatile.Read(ref words[slot / BitsPerWord]) & (1UL << slot)) != 0
            : sparse?.Contains(slot) == true;
    }

    /// <summary>Has the processor fetch what <see cref="Contains"/> will read of a slot, and waits for nothing. While the slots are few they lie close together: nothing is fetched.</summary>
    public void Fetch(int slot)
    {
        if (Volatile.Read(ref bits) is { } words && (uint)slot / BitsPerWord < (uint)words.Length)
        {
            ProcessorCache.Fetch(ref words[(uint)slot / BitsPerWord]);
        }
    }

    /// <summary>Adds slots in any order, and says how many are new.</summary>
    /// <param name="slots">What is added; it may be sorted in place.</param>
    /// <param name="slotCount">One more than the highest slot that any ad has now.</param>
    public int Add(Span<int> slots, int slotCount)
    {
        lock (writing)
        {
            var isFew = bits is null && ((few?.Count ?? 0) + slots.Length) * sizeof(ushort) < slotCount / 8;
            return isFew ? AddFew(slots) : Set(slots, slotCount);
        }
    }

    private int AddFew(Span<int> slots)
    {
        var more = (few ?? FewSlots.Create()).Add(slots, out var added);
        Volatile.Write(ref few, more);
        return added;
    }

    private int Set(ReadOnlySpan<int> slots, int slotCount)
    {
        var words = bits ?? [];

        // Requests learn of new ads at different times: who asks now may count fewer than who asked before.
        slotCount = Math.Max(slotCount, (few?.Highest ?? -1) + 1);
        if (slotCount > words.Length * BitsPerWord)
        {
            // An eighth more than needed: a growing catalogue does not copy for every ad.
            Array.Resize(ref words, ((slotCount + (slotCount / 8)) / BitsPerWord) + 1);
        }

        foreach (var slot in few?.Slots ?? [])
        {
            Set(words, slot);
        }

        var added = 0;
        foreach (var slot in slots)
        {
            added += Set(words, slot) ? 1 : 0;
        }

        Volatile.Write(ref bits, words);
        Volatile.Write(ref few, null);
        return added;
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
