using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AdServer.Serving;

/// <summary>
/// The text that shows that an ad was handed out to an app at a time: <c>key.seconds.mac</c>, the mac being half of an HMAC-SHA256 in base64url.
/// Pure. There is one text for a delivery: it is checked by writing it again.
/// </summary>
internal static class DeliverySignature
{
    /// <summary>More than any text that is written here takes.</summary>
    public const int MaxLength = 64;

    private const byte Separator = (byte)'.';
    private const int MacBytes = 16;
    private const int InputOnStack = 1024;

    /// <summary>Nothing else is ever signed by these keys, and what comes to be must begin otherwise.</summary>
    private static ReadOnlySpan<byte> Domain => "adserver delivery 1\0"u8;

    /// <summary>Writes the text in ASCII; says how long it is.</summary>
    /// <param name="key">The key.</param>
    /// <param name="adId">The ad.</param>
    /// <param name="packageName">The app, as it named itself, trimmed.</param>
    /// <param name="at">When the ad was handed out; seconds count.</param>
    /// <param name="text">Where to; at least <see cref="MaxLength"/>.</param>
    public static int Write(SigningKey key, string adId, string packageName, DateTimeOffset at, Span<byte> text)
    {
        var seconds = at.ToUnixTimeSeconds();
        var length = Encoding.ASCII.GetBytes(key.Id, text);
        text[length++] = Separator;
        seconds.TryFormat(text[length..], out var digits, default, CultureInfo.InvariantCulture);
        length += digits;
        text[length++] = Separator;
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(key, adId, packageName, seconds, mac);
        Base64Url.EncodeToUtf8(mac[..MacBytes], text[length..], out _, out var written);
        return length + written;
    }

    /// <summary>Reads which key a text names, and which time, without a look at whether they are true.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out ReadOnlySpan<char> keyId, out DateTimeOffset at)
    {
        keyId = default;
        at = default;
        var first = text.IndexOf((char)Separator);
        var last = text.LastIndexOf((char)Separator);
        if (text.Length > MaxLength || first <= 0 || last <= first
            || !long.TryParse(text[(first + 1)..last], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return false;
        }

        keyId = text[..first];
        at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    /// <summary>Whether a text is the one that the key writes for this delivery. Takes as long for a wrong text as for a right one.</summary>
    public static bool IsOf(ReadOnlySpan<char> text, SigningKey key, string adId, string packageName, DateTimeOffset at)
    {
        Span<byte> expected = stackalloc byte[MaxLength];
        Span<byte> found = stackalloc byte[MaxLength];
        var length = Write(key, adId, packageName, at, expected);
        return Ascii.FromUtf16(text, found, out var read) == OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(expected[..length], found[..read]);
    }

    /// <summary>Each text behind its length, so that no two deliveries are written alike.</summary>
    private static void Sign(SigningKey key, string adId, string packageName, long seconds, Span<byte> mac)
    {
        var most = Domain.Length + (2 * sizeof(int)) + Encoding.UTF8.GetMaxByteCount(adId.Length) + Encoding.UTF8.GetMaxByteCount(packageName.Length) + sizeof(long);
        var input = most <= InputOnStack ? stackalloc byte[InputOnStack] : new byte[most];
        Domain.CopyTo(input);
        var length = Domain.Length;
        length += Put(adId, input[length..]);
        length += Put(packageName, input[length..]);
        BinaryPrimitives.WriteInt64BigEndian(input[length..], seconds);
        HMACSHA256.HashData(key.Secret, input[..(length + sizeof(long))], mac);
    }

    private static int Put(string text, Span<byte> input)
    {
        var bytes = Encoding.UTF8.GetBytes(text, input[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(input, bytes);
        return sizeof(int) + bytes;
    }
}
