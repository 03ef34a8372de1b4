using System.Security.Cryptography;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Names for batches, never given twice: when it was made (for courtesy only: how old it is), a number that grows, and the process.
/// Of one process they sort in the order of their making.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="process">What the names of no other process end in; drawn if it is not given.</param>
internal sealed class MongoBatchNames(TimeProvider clock, string? process = null)
{
    private const int TimeLength = 12;

    private readonly string process = process ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private uint count;

    public string Next() =>
        FormattableString.Invariant($"{clock.GetUtcNow().ToUnixTimeMilliseconds():x12}{Interlocked.Increment(ref count):x8}{process}");

    /// <summary>When the batch was made, by the clock of whoever made it.</summary>
    public static DateTimeOffset MadeAt(string name) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(name[..TimeLength], 16));
}
