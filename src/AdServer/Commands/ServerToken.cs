using System.Net.Http.Headers;

namespace AdServer.Commands;

/// <summary>
/// The token that commands send to a running server. From the environment alone: a command line can be read by everybody on the machine.
/// </summary>
internal static class ServerToken
{
    public const string Variable = "ADSERVER_TOKEN";

    /// <summary>What to do about an answer of 401.</summary>
    public const string Hint = $"Set the environment variable {Variable} to a token.";

    /// <summary>The client, sending the token if there is one.</summary>
    public static HttpClient With(this HttpClient client, string? token)
    {
        client.DefaultRequestHeaders.Authorization = string.IsNullOrWhiteSpace(token) ? null : new AuthenticationHeaderValue("Bearer", token.Trim());
        return client;
    }

    public static string? Read() => Environment.GetEnvironmentVariable(Variable);
}
