using System.Text.Json;

namespace AdServer.Tests;

/// <summary>A response, read to its end.</summary>
internal sealed record Answer(int Status, string Text, HttpResponseMessage Response)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The member <c>error</c> of an error body.</summary>
    public string? Error => Json.GetProperty("error").GetString();

    /// <summary>The media type without parameters.</summary>
    public string? MediaType => Response.Content.Headers.ContentType?.MediaType;

    /// <summary>A header of the response or of its body; values joined by commas; nothing when it is absent.</summary>
    public string? Header(string name) =>
        Response.Headers.NonValidated.TryGetValues(name, out var values) || Response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
}
