using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>The right to write a store: a lock of the operating system on a file beside it, which ends with the process that holds it.</summary>
internal static class SqliteFileLock
{
    // What a runtime's IOException says of a lock that another process has: EAGAIN, or ERROR_SHARING_VIOLATION.
    private const int LockedOnLinux = 11;
    private const int LockedOnMac = 35;
    private const int LockedOnWindows = unchecked((int)0x80070020);

    /// <summary>Takes the lock; disposing of the result gives it back.</summary>
    /// <exception cref="StartException">Another server has it.</exception>
    public static IDisposable Take(string path, SqliteSchema schema)
    {
        // Beside the file itself, by whatever link it is named: else each name would have a lock of its own.
        var target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null;
        var name = $"{target ?? path}.lock";
        try
        {
            // Never deleted: whoever deletes it could leave two servers with a lock each, on the old file and on a new one.
            return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault.HResult is LockedOnLinux or LockedOnMac or LockedOnWindows)
        {
            throw new StartException(
                $"The {schema.Noun} {path} is in use by another server. Stop that one first, or set {schema.Setting} to another file.", fault);
        }
    }
}
