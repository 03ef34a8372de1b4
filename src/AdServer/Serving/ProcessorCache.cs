using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AdServer.Serving;

/// <summary>What the processor is told in advance of what will be read.</summary>
internal static class ProcessorCache
{
    /// <summary>The bytes that are fetched at once, at least.</summary>
    private const int Line = 64;

    /// <summary>Of a long text, such as the document of an ad with thousands of rules, more would only drive out what was fetched before.</summary>
    private const int Beginning = 1024;

    /// <summary>Has the processor fetch a place from memory, and waits for nothing. A hint, which not every processor takes.</summary>
    public static unsafe void Fetch<T>(ref T place)
    {
        if (Sse.IsSupported)
        {
            // An array that the collector moves meanwhile is fetched from where it was: of no use, and no harm.
            Sse.Prefetch0(Unsafe.AsPointer(ref place));
        }
    }

    /// <summary>The same for the beginning of some bytes that are read in order: the processor sees where that leads and goes on by itself.</summary>
    public static void Fetch(ReadOnlySpan<byte> bytes)
    {
        if (Sse.IsSupported)
        {
            for (var place = 0; place < Math.Min(bytes.Length, Beginning); place += Line)
            {
                Fetch(ref Unsafe.AsRef(in bytes[place]));
            }
        }
    }
}
