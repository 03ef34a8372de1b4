using AdServer.Common;
using AdServer.Storage.Mongo.Native;

namespace AdServer.Storage.Mongo;

/// <summary>The open database: checked, with its indexes. What the stores of this folder share.</summary>
internal sealed class MongoDatabase : IDisposable
{
    private readonly MongocCommands driver;

    private MongoDatabase(MongocCommands driver, TimeSpan deadline, StorageAccess access)
    {
        this.driver = driver;
        // The clock of the server may be held still or moved; how long an engine takes is measured in real time.
        Commands = new MongoRetry(access == StorageAccess.ReadOnly ? new MongoReadOnly(driver) : driver, TimeProvider.System, deadline);
    }

    /// <summary>The seam for the stores.</summary>
    public MongoRetry Commands { get; }

    /// <summary>Opens the database, and for <see cref="StorageAccess.Serve"/> prepares it first.</summary>
    /// <exception cref="StartException">It cannot be used.</exception>
    public static MongoDatabase Open(MongoSettings settings, StorageSettings storage, StorageAccess access, ILogger log)
    {
        // Threads of the binding's own do the work, so waiting for them here cannot starve them.
        new MongoStart(settings, log).RunAsync(access, CancellationToken.None).GetAwaiter().GetResult();
        var limits = new MongocLimits(storage.Workers, storage.Deadline, storage.Deadline);
        try
        {
            return new MongoDatabase(new MongocCommands(settings, limits), storage.Deadline, access);
        }
        catch (MongoUnreachableException fault)
        {
            throw new StartException($"The MongoDB hosts of {settings.Redacted} can no longer be looked up: {fault.Message}", fault);
        }
    }

    public void Dispose() => driver.Dispose();
}
