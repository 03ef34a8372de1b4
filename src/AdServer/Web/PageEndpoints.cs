using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AdServer.Web;

/// <summary>The page for people: a client of the API like any other, in the same host. Its places are behind <c>#</c>, as the paths are the API's.</summary>
internal static class PageEndpoints
{
    /// <summary>Where one-time links lead; the page reads the rest of the link itself.</summary>
    public const string SignIn = "/sign-in";

    private const string Assets = "/assets";

    /// <summary>The names of assets change with their content.</summary>
    private const string ForEver = "public, max-age=31536000, immutable";

    /// <summary>The page itself is asked for each time, and mostly answered by "not modified".</summary>
    private const string AskAgain = "no-cache";

    public static void MapPage(this IEndpointRouteBuilder endpoints)
    {
        var files = PageFiles.Load();
        endpoints.MapGet("/", (HttpContext http) => Send(http, files.Start, AskAgain)).ExcludeFromDescription();
        endpoints.MapGet(SignIn, (HttpContext http) => Send(http, files.Start, AskAgain)).ExcludeFromDescription();
        endpoints.MapGet(Assets + "/{name}", (string name, HttpContext http) => SendAsset(http, files.FindAsset(name))).ExcludeFromDescription();
    }

    /// <summary>Whether a path belongs to the page and not to the API: as routing takes it, whatever its case.</summary>
    public static bool Has(PathString path) =>
        (path.Value ?? string.Empty).TrimEnd('/') is var own
        && (own.Length == 0 || own.Equals(SignIn, StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments(Assets));

    private static Results<FileContentHttpResult, ApiError> SendAsset(HttpContext http, PageFile? file) =>
        file is null ? ApiError.NotFound("Not found") : Send(http, file, ForEver);

    private static FileContentHttpResult Send(HttpContext http, PageFile file, string caching)
    {
        var (bytes, encoding) = file.For(http.Request.GetTypedHeaders().AcceptEncoding);
        http.Response.Headers.CacheControl = caching;
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        http.Response.Headers.ContentEncoding = encoding;
        return TypedResults.Bytes(bytes, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Tag}{encoding}\""));
    }
}
