using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace AdServer.Web;

/// <summary>The files of the page, which the build put into the assembly (<c>Page.targets</c>), each as it is sent.</summary>
internal sealed class PageFiles
{
    private const string Root = "page/";
    private const string Index = "index.html";
    private const string Instead = "none.html";

    private readonly FrozenDictionary<string, PageFile> files;

    /// <summary>Takes files by their name below the page, those with <c>.br</c> and <c>.gz</c> behind it compressed.</summary>
    internal PageFiles(Dictionary<string, byte[]> contents)
    {
        files = contents.Where(content => PageFile.TypeOf(content.Key) is not null).ToFrozenDictionary(
            content => content.Key,
            content => PageFile.Of(content.Key, content.Value, contents.GetValueOrDefault(content.Key + ".br"), contents.GetValueOrDefault(content.Key + ".gz")));
        Start = files.GetValueOrDefault(Index) ?? files[Instead];
    }

    /// <summary>What is shown first: the page, or how to get it.</summary>
    public PageFile Start { get; }

    /// <summary>Everything that can be sent, by its name, but what stands in for a missing page.</summary>
    public IEnumerable<(string Name, PageFile File)> All => files.Where(file => file.Key != Instead).Select(file => (file.Key, file.Value));

    /// <summary>Whether the server was built with the page.</summary>
    public bool HasPage => files.ContainsKey(Index);

    /// <summary>Reads them from the server's own assembly.</summary>
    public static PageFiles Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new(assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Root, StringComparison.Ordinal))
            .ToDictionary(name => name[Root.Length..], name => Read(assembly, name)));
    }

    /// <summary>A script, a style or a picture of the page.</summary>
    public PageFile? FindAsset(string name) => files.GetValueOrDefault("assets/" + name);

    private static byte[] Read(Assembly assembly, string name)
    {
        using var resource = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>A file of the page.</summary>
/// <param name="ContentType">What it is.</param>
/// <param name="Plain">Its content.</param>
/// <param name="Brotli">The same compressed, if that is worth it.</param>
/// <param name="Gzip">The same for browsers that take no Brotli here: they do by https and from localhost alone.</param>
/// <param name="Tag">Names the content.</param>
internal sealed record PageFile(string ContentType, byte[] Plain, byte[]? Brotli, byte[]? Gzip, string Tag)
{
    /// <summary>The media type of a file that is sent by its name; null for others.</summary>
    public static string? TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => null,
    };

    public static PageFile Of(string name, byte[] plain, byte[]? brotli, byte[]? gzip) =>
        new(TypeOf(name)!, plain, brotli, gzip, Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8)));

    /// <summary>The content in the first encoding that a browser takes.</summary>
    /// <param name="accepted">What it takes (<c>Accept-Encoding</c>).</param>
    public (byte[] Bytes, string? Encoding) For(IList<StringWithQualityHeaderValue> accepted) =>
        Brotli is not null && Takes(accepted, "br") ? (Brotli, "br")
        : Gzip is not null && Takes(accepted, "gzip") ? (Gzip, "gzip")
        : (Plain, null);

    private static bool Takes(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        accepted.Any(value => value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && value.Quality is not 0);
}
