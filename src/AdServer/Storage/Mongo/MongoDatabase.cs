using AdServer.Common;
using AdServer.Storage.Mongo.Native;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>The open database: checked, with its indexes. What the stores of this folder share.</summary>
internal sealed class MongoDatabase : IMongoCommands, IDisposable
{
    private readonly MongocCommands driver;
    private readonly IMongoCommands commands;

    private MongoDatabase(MongocCommands driver, TimeSpan deadline, StorageAccess access)
    {
        this.driver = driver;
        // The clock of the server may be held still or moved; how long an engine takes is measured in real time.
        var retry = new MongoRetry(driver, TimeProvider.System, deadline);
        commands = access == StorageAccess.ReadOnly ? new MongoReadOnly(retry) : retry;
    }

    /// <summary>Opens the database, and for <see cref="StorageAccess.Serve"/> prepares it first.</summary>
    /// <exception cref="StartException">It cannot be used.</exception>
    public static MongoDatabase Open(MongoSettings settings, StorageSettings storage, StorageAccess access)
    {
        // Threads of the driver's own do the work, so waiting for them here cannot starve them.
        new MongoStart(settings).RunAsync(access, CancellationToken.None).GetAwaiter().GetResult();
        var limits = new MongocLimits(storage.Workers, storage.Deadline, storage.Deadline);
        return new MongoDatabase(new MongocCommands(settings, limits), storage.Deadline, access);
    }

    /// <inheritdoc cref="MongoRetry.RunAsync"/>
    public Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation) => commands.RunAsync(command, cancellation);

    public void Dispose() => driver.Dispose();
}
