namespace AdServer.Serving;

/// <summary>
/// A set of ads by their slots while they are few: sorted arrays (2 bytes each) that never change, and behind them the latest ones as they came, one by one. Were each of those merged into the arrays at
/// once, a package that is handed its first thousands of ads would copy kilobytes for each. Only grows; read without a lock, added to by one thread at a time.
/// </summary>
internal sealed class FewSlots
{
    /// <summary>So many are merged at once: as many as a search looks through in a few steps of the processor.</summary>
    private const int MostRecent = 32;

    /// <summary>What a slot's low half does not say: the number of its block.</summary>
    private const int BlockShift = 16;

    /// <summary>For each block of 65,536 slots the low halves of those in the set, in order.</summary>
    private readonly ushort[]?[] blocks;

    /// <summary>How many are in the blocks.</summary>
    private readonly int merged;

    /// <summary>The latest ones, none of which is in the blocks; replaced by a larger array, never by a shorter one.</summary>
    private int[] recent = [];

    /// <summary>How many of them there are: written after they are.</summary>
    private int recentCount;

    private FewSlots(ushort[]?[] blocks, int merged) => (this.blocks, this.merged) = (blocks, merged);

    /// <summary>How many they are.</summary>
    public int Count => merged + recentCount;

    /// <summary>The highest one, or a negative number if there is none.</summary>
    public int Highest => Slots.DefaultIfEmpty(-1).Max();

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<int> Slots
    {
        get
        {
            for (var block = 0; block < blocks.Length; block++)
            {
                foreach (var low in blocks[block] ?? [])
                {
                    yield return (block << BlockShift) + low;
                }
            }

            for (var place = 0; place < recentCount; place++)
            {
                yield return recent[place];
            }
        }
    }

    /// <summary>A set of nothing, to add to.</summary>
    public static FewSlots Create() => new([], 0);

    public bool Contains(int slot)
    {
        // The count first: so many are in whatever array is read after it.
        var count = Volatile.Read(ref recentCount);
        return Volatile.Read(ref recent).AsSpan(0, count).Contains(slot)
            || (slot >> BlockShift < blocks.Length && blocks[slot >> BlockShift].AsSpan().BinarySearch((ushort)slot) >= 0);
    }

    /// <summary>Adds slots: one of them to this set while there is room behind the arrays, else all to another set that is to take the place of this one, which whoever reads it can go on reading.</summary>
    /// <param name="slots">What is added; it may be sorted in place.</param>
    /// <param name="added">How many of them are new.</param>
    /// <returns>The set with all of them: this one or the other.</returns>
    public FewSlots Add(Span<int> slots, out int added)
    {
        if (slots is [var slot] && recentCount < MostRecent)
        {
            added = Append(slot);
            return this;
        }

        var all = Merge(recentCount == 0 ? slots : [.. recent.AsSpan(0, recentCount), .. slots]);
        added = all.Count - Count;
        return all;
    }

    private int Append(int slot)
    {
        if (Contains(slot))
        {
            return 0;
        }

        if (recentCount == recent.Length)
        {
            var more = recent;
            Array.Resize(ref more, Math.Max(4, recent.Length * 2));
            Volatile.Write(ref recent, more);
        }

        recent[recentCount] = slot;
        Volatile.Write(ref recentCount, recentCount + 1);
        return 1;
    }

    /// <summary>The blocks and further slots.</summary>
    private FewSlots Merge(Span<int> slots)
    {
        slots.Sort();
        // Always another array: who reads this set goes on reading it.
        var all = new ushort[]?[slots is [.., var last] ? Math.Max(blocks.Length, (last >> BlockShift) + 1) : blocks.Length];
        blocks.CopyTo(all, 0);
        var count = merged;
        for (ReadOnlySpan<int> rest = slots; rest.Length > 0;)
        {
            var block = rest[0] >> BlockShift;
            var end = 1;
            while (end < rest.Length && rest[end] >> BlockShift == block)
            {
                end++;
            }

            var old = all[block] ?? [];
            all[block] = Merge(old, rest[..end]);
            count += all[block]!.Length - old.Length;
            rest = rest[end..];
        }

        return new FewSlots(all, count);
    }

    /// <summary>The low halves of a block with those of further slots of it, each once and in order.</summary>
    private static ushort[] Merge(ushort[] old, ReadOnlySpan<int> slots)
    {
        var both = new ushort[old.Length + slots.Length];
        int count = 0, left = 0, right = 0;
        while (left < old.Length || right < slots.Length)
        {
            var takeLeft = right == slots.Length || (left < old.Length && old[left] < (ushort)slots[right]);
            var low = takeLeft ? old[left++] : (ushort)slots[right++];
            if (count == 0 || both[count - 1] != low)
            {
                both[count++] = low;
            }
        }

        return count == both.Length ? both : both[..count];
    }
}
