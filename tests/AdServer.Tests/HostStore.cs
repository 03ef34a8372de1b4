namespace AdServer.Tests;

/// <summary>
/// Where the host of a test keeps its data: a file in the host's folder. The tests of storage compile the same tests of endpoints with a class of
/// this name that is a database of MongoDB.
/// </summary>
internal sealed class HostStore : IAsyncDisposable
{
    /// <summary>What ends a test because there is no store to be had; nothing: there is one.</summary>
    public static Exception? Missing { get; }

    /// <summary>Tells the host.</summary>
    public KeyValuePair<string, string?> Setting { get; } = new("Storage:Path", "adserver.db");

    /// <summary>The file goes with the folder.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
