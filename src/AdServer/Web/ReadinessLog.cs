namespace AdServer.Web;

/// <summary>Logs a readiness that differs from the one before, so that frequent probes leave one line for each change.</summary>
internal sealed partial class ReadinessLog(ILogger<ReadinessLog> log)
{
    private string last = "ready";

    public void Note(Readiness readiness)
    {
        if (Interlocked.Exchange(ref last, readiness.Status) != readiness.Status)
        {
            LogChange(readiness.Status, string.Join("; ", readiness.Reasons));
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "This host is now {Status}. {Reasons}")]
    private partial void LogChange(string status, string reasons);
}
