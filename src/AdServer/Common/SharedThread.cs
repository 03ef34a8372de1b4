namespace AdServer.Common;

/// <summary>
/// Threads that many requests share: those that read the sockets, and the one that answers events. Whoever finds himself on one and has more than a few
/// microseconds' work goes on in the pool (<c>await Task.Yield()</c>), or all others wait for him.
/// </summary>
internal static class SharedThread
{
    /// <summary>Whether the caller is on such a thread: any but the pool's.</summary>
    public static bool IsCurrent => !Thread.CurrentThread.IsThreadPoolThread;
}
