namespace AdServer.Commands;

/// <summary>How commands that behave like apps reach a server.</summary>
internal static class CommandHttp
{
    /// <summary>Straight to the server, and in bounded time; as many connections as there are calls at once.</summary>
    public static HttpClient NewClient(TimeSpan answerWithin) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = answerWithin,
    })
    {
        Timeout = answerWithin,
    };
}
