using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AdServer.Serving;

/// <summary>What the processor is told in advance of what will be read.</summary>
internal static class ProcessorCache
{
    /// <summary>The bytes that are fetched at once, at least.</summary>
    private const int Line = 64;

    /// <summary>Has the processor fetch a place from memory, and waits for nothing. A hint, which not every processor takes.</summary>
    public static unsafe void Fetch<T>(ref T place)
    {
        if (Sse.IsSupported)
        {
            // An array that the collector moves meanwhile is fetched from where it was: of no use, and no harm.
            Sse.Prefetch0(Unsafe.AsPointer(ref place));
        }
    }

    /// <summary>The same for all of these bytes.</summary>
    public static void Fetch(ReadOnlySpan<byte> bytes)
    {
        for (var place = 0; place < bytes.Length; place += Line)
        {
            Fetch(ref Unsafe.AsRef(in bytes[place]));
        }
    }
}
