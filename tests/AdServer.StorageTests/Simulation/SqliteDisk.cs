using AdServer.Storage;
using AdServer.Storage.Sqlite;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// A disk with one SQLite file, which outlives the processes that use it. When one is killed, the next finds the files as they were at that
/// moment, copied away; killed amid a commit, with an end of the log that was only partly written.
/// </summary>
internal sealed class SqliteDisk : IDisposable
{
    private const string Name = "adserver.db";

    private static readonly Lazy<byte[]> EmptyStore = new(() => Make(SqliteSchema.Store, async database =>
    {
        var catalog = new SqliteCatalogStore(database);
        await catalog.AddPerformerAsync(Performer(), CancellationToken.None);
        foreach (var ad in Catalogue.Ads)
        {
            await catalog.AddAdAsync(ad, CancellationToken.None);
        }
    }));

    private readonly SqliteSchema schema;
    private DirectoryInfo folder = NewFolder();

    private SqliteDisk(SqliteSchema schema, byte[] content)
    {
        this.schema = schema;
        File.WriteAllBytes(Path, content);
    }

    public string Path => System.IO.Path.Combine(folder.FullName, Name);

    private string Log => Path + "-wal";

    /// <summary>The bytes of the log of writes that are not in the file yet.</summary>
    public long LogLength => File.Exists(Log) ? new FileInfo(Log).Length : 0;

    /// <summary>A disk with a store that has ads and nothing else.</summary>
    public static SqliteDisk OfStore() => new(SqliteSchema.Store, EmptyStore.Value);

    /// <summary>A disk with an empty spool of its own identity.</summary>
    public static SqliteDisk OfSpool() => new(SqliteSpool.Schema, Make(SqliteSpool.Schema, _ => Task.CompletedTask));

    public SqliteDatabase Open() => SqliteDatabase.Open(Path, StorageAccess.Serve, schema);

    /// <summary>The process with the open file is killed, now. Of a write that is under way only the beginning was written.</summary>
    public void Crash(SqliteDatabase open, long? written = null)
    {
        var old = folder;
        var (content, log) = (File.ReadAllBytes(Path), File.Exists(Log) ? File.ReadAllBytes(Log) : []);
        folder = NewFolder();
        File.WriteAllBytes(Path, content);
        File.WriteAllBytes(Log, log[..(int)(written ?? log.Length)]);
        open.Dispose();
        old.Delete(recursive: true);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static byte[] Make(SqliteSchema schema, Func<SqliteDatabase, Task> fill)
    {
        var folder = NewFolder();
        var path = System.IO.Path.Combine(folder.FullName, Name);
        using (var database = SqliteDatabase.Open(path, StorageAccess.Serve, schema))
        {
            fill(database).GetAwaiter().GetResult();
        }

        var content = File.ReadAllBytes(path);
        folder.Delete(recursive: true);
        return content;
    }

    /// <summary>In memory where there is a file system for it: thousands of worlds would wear a disk out.</summary>
    private static DirectoryInfo NewFolder() => Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory($"/dev/shm/adserver-simulation-{Guid.NewGuid():n}")
        : Directory.CreateTempSubdirectory("adserver-simulation-");
}
