using System.Net;
using System.Net.Http.Headers;

namespace AdServer.Commands;

/// <summary>
/// The token that commands send to a running server. From the environment alone: a command line can be read by everybody on the machine.
/// </summary>
internal static class ServerToken
{
    public const string Variable = "ADSERVER_TOKEN";

    /// <summary>What to do about a refusal, as the end of a line; nothing about others.</summary>
    public static string HintFor(HttpStatusCode status) => status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        ? $". Set the environment variable {Variable} to an administrator's token"
        : string.Empty;

    /// <summary>The client, sending the token if there is one.</summary>
    public static HttpClient With(this HttpClient client, string? token)
    {
        client.DefaultRequestHeaders.Authorization = string.IsNullOrWhiteSpace(token) ? null : new AuthenticationHeaderValue("Bearer", token.Trim());
        return client;
    }

    public static string? Read() => Environment.GetEnvironmentVariable(Variable);
}
