using System.Text.Json;
using Xunit;

namespace AdServer.Tests;

/// <summary>What tests expect of answers.</summary>
internal static class Expectations
{
    /// <summary>The body of an answer that must be a success.</summary>
    public static JsonElement Succeeds(this Answer answer)
    {
        Assert.True(answer.Status is 200 or 201, $"{answer.Status} {answer.Text}");
        return answer.Json;
    }

    /// <summary>The answer, which must have this status.</summary>
    public static Answer Has(this Answer answer, int status)
    {
        Assert.True(answer.Status == status, $"{answer.Status} instead of {status}: {answer.Text}");
        return answer;
    }

    /// <summary>The whole answer: status, media type, and the body member by member.</summary>
    public static void Is(this Answer answer, int status, string json)
    {
        Assert.Equal((status, "application/json"), (answer.Status, answer.MediaType));
        using var expected = JsonDocument.Parse(json);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, answer.Json), $"expected {json}, got {answer.Text}");
    }

    /// <summary>The whole error: status and text, as a problem and as older clients read it.</summary>
    public static void IsError(this Answer answer, int status, string error)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer.MediaType);
        Assert.Equal(error, answer.Error);
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(answer.Json.GetProperty("title").GetString()!);
        Assert.NotEmpty(answer.Json.GetProperty("traceId").GetString()!);
    }

    public static string Text(this JsonElement value, string member) => value.GetProperty(member).GetString()!;

    public static double Number(this JsonElement value, string member) => value.GetProperty(member).GetDouble();

    /// <summary>The names of the members, sorted.</summary>
    public static IEnumerable<string> Members(this JsonElement value) => value.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal);
}
