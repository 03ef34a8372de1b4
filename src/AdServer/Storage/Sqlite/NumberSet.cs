using System.Buffers.Binary;
using System.Numerics;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// A set of small numbers, and its form in a file: a byte that says which form it is, then either the numbers in order (two bytes each,
/// the lower one first) or one bit per number up to the highest, whichever is shorter. Files hold both: neither ever changes.
/// </summary>
internal sealed class NumberSet
{
    /// <summary>One more than the highest number.</summary>
    public const int Size = 16_384;

    private const byte InOrder = 0;
    private const byte AsBits = 1;
    private const int BitsPerWord = 64;

    private readonly ulong[] words = new ulong[Size / BitsPerWord];

    /// <summary>How many numbers are in it.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    /// <summary>The numbers, in order.</summary>
    public IEnumerable<int> Numbers
    {
        get
        {
            for (var word = 0; word < words.Length; word++)
            {
                for (var left = words[word]; left != 0; left &= left - 1)
                {
                    yield return (word * BitsPerWord) + BitOperations.TrailingZeroCount(left);
                }
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Nothing that it ever writes.</exception>
    public static NumberSet Read(ReadOnlySpan<byte> bytes)
    {
        var set = new NumberSet();
        set.Load(bytes);
        return set;
    }

    /// <summary>Takes what <see cref="Write"/> wrote in place of what is in it.</summary>
    /// <exception cref="InvalidDataException">Nothing that it ever writes.</exception>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        Clear();
        switch (bytes)
        {
            case [InOrder, .. var rest] when rest.Length % sizeof(ushort) == 0:
                for (; rest.Length > 0; rest = rest[sizeof(ushort)..])
                {
                    Add(BinaryPrimitives.ReadUInt16LittleEndian(rest));
                }

                break;
            case [AsBits, .. var rest] when rest.Length <= Size / 8:
                Span<byte> whole = stackalloc byte[Size / 8];
                rest.CopyTo(whole);
                for (var word = 0; word < words.Length; word++)
                {
                    words[word] = BinaryPrimitives.ReadUInt64LittleEndian(whole[(word * sizeof(ulong))..]);
                }

                break;
            default:
                throw new InvalidDataException("This is no set of numbers");
        }
    }

    /// <summary>Takes out all.</summary>
    public void Clear() => Array.Clear(words);

    public bool Contains(int number) => (words[number / BitsPerWord] & Bit(number)) != 0;

    /// <summary>Adds a number; says whether it is new.</summary>
    /// <exception cref="InvalidDataException">It is too large.</exception>
    public bool Add(int number)
    {
        if (number is < 0 or >= Size)
        {
            throw new InvalidDataException($"{number} is in no set of numbers");
        }

        var isNew = !Contains(number);
        words[number / BitsPerWord] |= Bit(number);
        return isNew;
    }

    /// <summary>Takes out what another set does not have.</summary>
    public void Keep(NumberSet other) => Change(other, (own, others) => own & others);

    /// <summary>Takes out what another set has.</summary>
    public void Remove(NumberSet other) => Change(other, (own, others) => own & ~others);

    /// <summary>How many numbers are in another set, too.</summary>
    public int CountShared(NumberSet other) => words.Zip(other.words, (own, others) => BitOperations.PopCount(own & others)).Sum();

    /// <summary>Its form in a file.</summary>
    public byte[] Write()
    {
        var last = words.AsSpan().LastIndexOfAnyExcept(0UL);
        var bits = last < 0 ? 0 : (last * sizeof(ulong)) + sizeof(ulong) - (BitOperations.LeadingZeroCount(words[last]) / 8);
        var inOrder = Count * sizeof(ushort);
        return inOrder < bits ? WriteInOrder(inOrder) : WriteBits(bits);
    }

    private byte[] WriteInOrder(int length)
    {
        var bytes = new byte[1 + length];
        bytes[0] = InOrder;
        var place = 1;

        // Not by way of Numbers: rows of deliveries are written by the thousand each second.
        for (var word = 0; word < words.Length; word++)
        {
            for (var left = words[word]; left != 0; left &= left - 1, place += sizeof(ushort))
            {
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(place), (ushort)((word * BitsPerWord) + BitOperations.TrailingZeroCount(left)));
            }
        }

        return bytes;
    }

    private byte[] WriteBits(int length)
    {
        Span<byte> whole = stackalloc byte[1 + (Size / 8)];
        whole[0] = AsBits;
        for (var word = 0; word < words.Length; word++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole[(1 + (word * sizeof(ulong)))..], words[word]);
        }

        return whole[..(1 + length)].ToArray();
    }

    private void Change(NumberSet other, Func<ulong, ulong, ulong> change)
    {
        for (var word = 0; word < words.Length; word++)
        {
            words[word] = change(words[word], other.words[word]);
        }
    }

    private static ulong Bit(int number) => 1UL << (number % BitsPerWord);
}
