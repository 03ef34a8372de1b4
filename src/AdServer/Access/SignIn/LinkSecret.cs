using System.Buffers.Text;
using System.Security.Cryptography;

namespace AdServer.Access.SignIn;

/// <summary>The secret of a one-time link: <c>adl_</c> and 256 random bits in base64url. Kept as its SHA-256, like a token.</summary>
internal static class LinkSecret
{
    public const string Prefix = "adl_";

    private const int Bytes = 32;
    private const int Letters = 43;

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The hash of what could be a secret of ours; nothing for any other text, which needs no look into the store.</summary>
    public static string? HashOf(string? text) =>
        text is not null && text.Length == Prefix.Length + Letters && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExcept(Base64UrlLetters) < 0
            ? TokenSecret.Hash(text)
            : null;

    /// <summary>The address to open. The secret stands behind the number sign, which browsers send to nobody: it is in no log.</summary>
    public static string UrlOf(string secret, string publicUrl) => $"{publicUrl.TrimEnd('/')}/sign-in#link={secret}";

    private static readonly System.Buffers.SearchValues<char> Base64UrlLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
