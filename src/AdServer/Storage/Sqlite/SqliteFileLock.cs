using AdServer.Common;
namespace AdServer.Storage.Sqlite;

/// <summary>The right to write a store: a lock of the operating system on a file beside it, which ends with the process that holds it.</summary>
internal static class SqliteFileLock
{
    /// <summary>Takes the lock; disposing of the result gives it back.</summary>
    /// <exception cref="StartException">Another server has it.</exception>
    public static IDisposable Take(string path)
    {
        try
        {
            // Never deleted: whoever deletes it could leave two servers with a lock each, on the old file and on a new one.
            return new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists($"{path}.lock"))
        {
            throw new StartException($"The store {path} is in use by another server. Stop that one first, or set Storage:Path to another file.", fault);
        }
    }
}
