namespace AdServer.Web;

/// <summary>A line of what the console says after the start.</summary>
internal sealed record StartupLine(string Name, string Text);

/// <summary>Starts the server, says where things are, and stays until it is stopped.</summary>
internal static partial class WebStart
{
    /// <summary>The exit code of the process: 0 after an orderly stop, 1 when the server could not start.</summary>
    public static async Task<int> RunWebAsync(this WebApplication app)
    {
        await using var _ = app;
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("AdServer");
        try
        {
            await app.StartAsync();
        }
        catch (Exception failure)
        {
            // What cannot be explained in a line was logged by the host, with its stack trace.
            LogNotStarted(log, StartFailure.Explain(failure) ?? "the error is above");
            // Parts that had started end in order before what they use is taken from them.
            await app.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 1;
        }

        // What the start read and no longer needs is as much as it keeps; given back now, it is not there under load.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Announce(app, log);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static void Announce(WebApplication app, ILogger log)
    {
        var pages = app.Urls.Take(1).Select(ListenAddress.ForPeople).SelectMany(address => new StartupLine[]
        {
            new("Page", address + "/"),
            new("API page", address + OpenApi.Page),
            new("Health page", address + HealthEndpoints.Ready),
        });
        foreach (var line in app.Services.GetServices<StartupLine>().Concat(pages))
        {
            LogLine(log, line.Name, line.Text);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Name:l}: {Text:l}")]
    private static partial void LogLine(ILogger log, string name, string text);

    [LoggerMessage(2, LogLevel.Critical, "The server did not start: {Reason:l}")]
    private static partial void LogNotStarted(ILogger log, string reason);
}
