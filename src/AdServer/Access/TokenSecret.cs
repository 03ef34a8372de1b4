using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AdServer.Access;

/// <summary>
/// The secret text of a token: <c>ads_</c> and 256 random bits in base64url. It is shown once; what is kept is its SHA-256, which nobody
/// can turn round, because there is nothing to guess in random bits.
/// </summary>
internal static class TokenSecret
{
    /// <summary>So that people, and tools that look for leaked secrets, know what it is.</summary>
    public const string Prefix = "ads_";

    /// <summary>The most characters that are looked at.</summary>
    public const int MaxLength = 512;

    private const int Bytes = 32;
    private const string Scheme = "Bearer ";

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What is kept of a secret: 64 hexadecimal digits.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>
    /// The secret of an <c>Authorization</c> header: after <c>Bearer</c> (RFC 6750), or bare as the older analytics API took it. Nothing
    /// if there is none, or it is of another scheme.
    /// </summary>
    public static string? FromHeader(string? header)
    {
        var text = header.AsSpan().Trim();
        if (text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            text = text[Scheme.Length..].Trim();
        }

        return text.Length is > 0 and <= MaxLength && !text.Contains(' ') ? text.ToString() : null;
    }
}
