using System.IO.Compression;
using System.Text;
using AdServer.Web;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>How the page is sent. What it does is asked in a browser: AdServer.PageTests.</summary>
public sealed class PageTests(SharedHost shared) : IClassFixture<SharedHost>
{
    /// <summary>What HEAD says as GET does.</summary>
    private static readonly string[] Described = ["ETag", "Vary", "Cache-Control", "Content-Type", "Content-Encoding", "Content-Security-Policy"];

    private const string Plain = "<p>hello</p>";

    /// <summary>All that a browser loads, compressed. Issue and Decisions say why so little: it is usable within a second.</summary>
    private const int MostBytes = 200 * 1024;

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/Sign-In")]
    public async Task It_is_there_and_nothing_of_it_comes_from_elsewhere(string path)
    {
        var answer = await shared.Host.GetAsync(path);

        Assert.Equal((200, "text/html"), (answer.Status, answer.MediaType));
        Assert.Equal("no-cache", answer.Header("Cache-Control"));
        var policy = answer.Header("Content-Security-Policy")!;
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", answer.Text);
        // Neither would run.
        Assert.DoesNotMatch("<script(?![^>]*src=)[^>]*>|<style|\\sstyle=|\\son[a-z]+=", answer.Text);
    }

    [Fact]
    public async Task It_is_not_sent_again_to_who_has_it()
    {
        var tag = (await shared.Host.GetAsync("/")).Header("ETag");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("If-None-Match", tag);

        var answer = await Answer.ReadAsync(await shared.Host.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((304, string.Empty), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Every_file_of_it_is_sent_with_what_a_browser_has_to_know()
    {
        var files = PageFiles.Load();
        Assert.SkipUnless(files.HasPage, "Built without Node.js: there is no page");
        foreach (var (name, file) in files.All)
        {
            var path = name == "index.html" ? "/" : $"/{name}";
            var tags = new List<string?>();
            (string? Encoding, byte[]? Bytes)[] forms = [(null, file.Plain), ("gzip", file.Gzip), ("br", file.Brotli)];
            foreach (var (encoding, bytes) in forms.Where(form => form.Bytes is not null))
            {
                var (got, head) = (await SendAsync(HttpMethod.Get, path, encoding), await SendAsync(HttpMethod.Head, path, encoding));

                Assert.Equal((200, file.ContentType, encoding), (got.Status, got.Header("Content-Type"), got.Header("Content-Encoding")));
                Assert.Equal(bytes, await got.Response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
                Assert.Equal("Accept-Encoding", got.Header("Vary"));
                Assert.Equal("nosniff", got.Header("X-Content-Type-Options"));
                Assert.Equal(path == "/" ? "no-cache" : "public, max-age=31536000, immutable", got.Header("Cache-Control"));
                Assert.StartsWith("default-src 'none'; script-src 'self';", got.Header("Content-Security-Policy")!, StringComparison.Ordinal);
                Assert.Equal((200, string.Empty, $"{bytes!.Length}"), (head.Status, head.Text, head.Header("Content-Length")));
                Assert.All(Described, one => Assert.Equal(got.Header(one), head.Header(one)));
                var again = await SendAsync(HttpMethod.Get, path, encoding, got.Header("ETag"));
                Assert.Equal((304, string.Empty, got.Header("ETag"), "Accept-Encoding"), (again.Status, again.Text, again.Header("ETag"), again.Header("Vary")));
                tags.Add(got.Header("ETag"));
            }

            Assert.Equal(tags.Count, tags.Distinct().Count());
            Assert.All(tags, tag => Assert.NotNull(tag));
        }
    }

    [Fact]
    public async Task An_asset_that_is_not_there_is_an_error_like_any_other() =>
        (await shared.Host.GetAsync("/assets/none.js")).IsError(404, "Not found");

    [Theory]
    [InlineData(null, null)]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    public void It_is_sent_as_a_browser_takes_it(string? accepted, string? encoding)
    {
        var file = PageFile.Of("index.html", Encoding.UTF8.GetBytes(Plain), Pack(stream => new BrotliStream(stream, CompressionMode.Compress)), Pack(Zip));

        var (bytes, used) = file.For(accepted is null ? [] : [.. accepted.Split(',').Select(text => Microsoft.Net.Http.Headers.StringWithQualityHeaderValue.Parse(text))]);

        Assert.Equal(encoding, used);
        using Stream content = used switch
        {
            "br" => new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress),
            "gzip" => new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress),
            _ => new MemoryStream(bytes),
        };
        using var reader = new StreamReader(content);
        Assert.Equal(Plain, reader.ReadToEnd());
    }

    [Fact]
    public void A_build_without_it_says_how_to_get_it()
    {
        var files = new PageFiles(new() { ["none.html"] = "install Node.js"u8.ToArray() });

        Assert.False(files.HasPage);
        Assert.Equal("install Node.js"u8, files.Start.Plain);
    }

    [Fact]
    public void It_is_small()
    {
        var files = PageFiles.Load();
        Assert.SkipUnless(files.HasPage, "Built without Node.js: there is no page");

        Assert.InRange(files.All.Sum(one => (one.File.Gzip ?? one.File.Plain).Length), 10_000, MostBytes);
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? encoding, string? tag = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await Answer.ReadAsync(await shared.Host.Client.SendAsync(request, TestContext.Current.CancellationToken));
    }

    private static GZipStream Zip(Stream stream) => new(stream, CompressionMode.Compress);

    private static byte[] Pack(Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
        {
            stream.Write(Encoding.UTF8.GetBytes(Plain));
        }

        return packed.ToArray();
    }
}
