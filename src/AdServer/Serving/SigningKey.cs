using System.Globalization;
using System.Security.Cryptography;

namespace AdServer.Serving;

/// <summary>A secret by which deliveries are signed for a time. All hosts have the same ones; the secret leaves the store for nobody else.</summary>
/// <param name="Id">The period it was made for: two hosts that make one at once make the same one, and the first is kept.</param>
/// <param name="Secret">256 random bits.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SignsFrom">From when on it signs: when every host knows it.</param>
/// <param name="SignsUntil">When it signs no more, though nobody could make another one.</param>
internal sealed record SigningKey(string Id, byte[] Secret, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom, DateTimeOffset SignsUntil)
{
    public const int SecretBytes = 32;

    /// <summary>Periods after the first in which it signs if no other key is there: so long the store may be away.</summary>
    private const int SparePeriods = 1;

    /// <summary>Makes the key of a period, to be used as soon as its period begins and all hosts know it.</summary>
    /// <param name="start">The beginning of the period.</param>
    /// <param name="life">The length of a period.</param>
    /// <param name="now">The time.</param>
    /// <param name="lead">How long it takes until all hosts know it.</param>
    public static SigningKey Make(DateTimeOffset start, TimeSpan life, DateTimeOffset now, TimeSpan lead) => new(
        IdOf(start, life),
        RandomNumberGenerator.GetBytes(SecretBytes),
        now,
        WholeSeconds(start > now + lead ? start : now + lead),
        start + (life * (1 + SparePeriods)));

    /// <summary>The identity of the key of a period: its beginning, and its minutes, because a longer one that begins with it is another.</summary>
    public static string IdOf(DateTimeOffset start, TimeSpan life) =>
        string.Create(CultureInfo.InvariantCulture, $"{start.ToUnixTimeSeconds():x8}-{(long)life.TotalMinutes:x}");

    /// <summary>Signatures say seconds: the moment of its first one must not lie before it.</summary>
    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    /// <summary>Whether it may have signed at a moment.</summary>
    public bool Signs(DateTimeOffset at) => at >= SignsFrom && at < SignsUntil;

    /// <summary>Nothing of the secret, wherever it is written.</summary>
    public override string ToString() => $"{nameof(SigningKey)} {Id}";
}
