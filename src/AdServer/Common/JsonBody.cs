using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Connections;
using Microsoft.Net.Http.Headers;

namespace AdServer.Common;

/// <summary>Turns the bytes of a body into a value, or throws <see cref="JsonException"/>.</summary>
internal delegate T BodyParser<out T>(ReadOnlySpan<byte> utf8);

/// <summary>Reads a JSON request body of bounded size: 415 for another content type, 413 for too much, 400 for what is no JSON.</summary>
internal static class JsonBody
{
    /// <summary>The most bytes of an ordinary request; room for an ad with full package lists.</summary>
    public const int OrdinaryLimit = 1 << 20;

    /// <summary>The bytes of a body that is parsed in a few microseconds: an event has some 250.</summary>
    private const int Small = 2 << 10;

    /// <summary>All bodies that are being read by this process together: as many as 64 batches of the largest size.</summary>
    private static readonly BodyBudget Budget = new(256L << 20);

    private static readonly ApiError Busy = ApiError.Unavailable("Too many large requests at once; try again");

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a whole document (<c>null</c> and every other JSON value are values like any other) and checks what it asks for.</summary>
    public static async ValueTask<(ApiError? Error, T? Value)> ReadAsync<T>(HttpRequest request, Func<JsonElement, (ApiError? Error, T? Value)> check)
    {
        var (error, body) = await ReadAsync(request, OrdinaryLimit, ParseElement);
        return error is null ? check(body) : (error, default);
    }

    /// <summary>Reads the body and hands its bytes, valid UTF-8 in one piece, to a parser.</summary>
    public static async ValueTask<(ApiError? Error, T? Value)> ReadAsync<T>(HttpRequest request, int limit, BodyParser<T> parse)
    {
        if (!IsJson(request.ContentType))
        {
            return (new ApiError(StatusCodes.Status415UnsupportedMediaType, "Content-Type must be application/json"), default);
        }

        return request.ContentLength > limit ? (TooLarge(limit), default) : await ReadAsync(request.HttpContext, limit, parse);
    }

    /// <summary>Takes room for what has arrived, not for what was announced: who announces much and sends nothing takes nothing from others.</summary>
    private static async ValueTask<(ApiError? Error, T? Value)> ReadAsync<T>(HttpContext http, int limit, BodyParser<T> parse)
    {
        var reader = http.Request.BodyReader;
        var held = 0L;
        try
        {
            while (true)
            {
                var read = await ReadMoreAsync(reader, http);
                var refusal = read.Buffer.Length > limit ? TooLarge(limit) : Budget.TryTake(read.Buffer.Length - held) ? null : Busy;
                if (refusal is not null)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return (refusal, default);
                }

                held = read.Buffer.Length;
                if (read.IsCompleted)
                {
                    if (held > Small && SharedThread.IsCurrent)
                    {
                        await Task.Yield();
                    }

                    var parsed = Parse(read.Buffer, parse);
                    reader.AdvanceTo(read.Buffer.End);
                    return parsed;
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        finally
        {
            Budget.GiveBack(held);
        }
    }

    /// <summary>Waits for bytes, without a token: the server itself ends the wait when the caller goes away, and takes a wait that we end for its own error.</summary>
    /// <exception cref="BadHttpRequestException">The body breaks off, or its chunks are nonsense.</exception>
    private static async ValueTask<ReadResult> ReadMoreAsync(PipeReader reader, HttpContext context)
    {
        try
        {
            return await reader.ReadAsync(CancellationToken.None);
        }
        catch (ConnectionResetException)
        {
            // The server learns of it a moment later, and until then would try to read the rest of the body.
            context.Abort();
            throw;
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The request body cannot be read", broken);
        }
    }

    private static (ApiError? Error, T? Value) Parse<T>(ReadOnlySequence<byte> body, BodyParser<T> parse)
    {
        var utf8 = body.IsSingleSegment ? body.FirstSpan : body.ToArray();
        utf8 = utf8.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        if (!Utf8.IsValid(utf8))
        {
            return (ApiError.BadRequest("Request body is not valid UTF-8"), default);
        }

        try
        {
            return (null, parse(utf8));
        }
        catch (JsonException)
        {
            return (ApiError.BadRequest("Request body is not valid JSON"), default);
        }
        catch (InvalidOperationException)
        {
            // What Utf8JsonReader.GetString throws at half a surrogate pair.
            return (ApiError.BadRequest("Request body is not valid Unicode"), default);
        }
    }

    private static JsonElement ParseElement(ReadOnlySpan<byte> utf8)
    {
        ReadAllText(utf8);
        var reader = new Utf8JsonReader(utf8);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Throws at text that is no Unicode, wherever it stands, so that nobody who reads a member later has to expect it.</summary>
    private static void ReadAllText(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }

    /// <summary>Whether a body of this type is read at all.</summary>
    public static bool IsJson(string? contentType)
    {
        // What nearly every client sends, the SDK among them, needs no parsing.
        if (string.Equals(contentType, "application/json; charset=utf-8", StringComparison.OrdinalIgnoreCase)
            || string.Equals(contentType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return false;
        }

        var json = type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);
        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        return json && (!charset.HasValue || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static ApiError TooLarge(int limit) =>
        new(StatusCodes.Status413PayloadTooLarge, $"Request body is larger than {limit / 1024} KB");
}
