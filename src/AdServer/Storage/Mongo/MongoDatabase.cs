using AdServer.Common;
using AdServer.Storage.Mongo.Native;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The seam on one database, which <see cref="OpenAsync"/> or the first command opens: checked, with its indexes. Whatever is wrong with it
/// is the answer to every command.
/// </summary>
internal sealed class MongoDatabase : IMongoCommands, IAsyncDisposable
{
    // On a thread of the pool: looking up the hosts of a mongodb+srv name blocks.
    private readonly Lazy<Task<MongocCommands>> driver;

    public MongoDatabase(MongoSettings settings, StorageSettings storage, StorageAccess access, ILogger log) =>
        driver = new(() => Task.Run(() => ConnectAsync(settings, storage, access, log)));

    /// <summary>Whether an older ad server wrote it, once it is open: then only a copy reads it.</summary>
    public bool IsLegacy { get; private set; }

    /// <summary>Opens the database, and to serve prepares it first, once.</summary>
    /// <exception cref="StartException">It cannot be used.</exception>
    public Task OpenAsync() => driver.Value;

    /// <inheritdoc/>
    /// <exception cref="StartException">The database cannot be used.</exception>
    public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        var open = await driver.Value.WaitAsync(cancellation);
        return await open.RunAsync(command, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!driver.IsValueCreated)
        {
            return;
        }

        await ((Task)driver.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (driver.Value.IsCompletedSuccessfully)
        {
            await (await driver.Value).DisposeAsync();
        }
    }

    private async Task<MongocCommands> ConnectAsync(MongoSettings settings, StorageSettings storage, StorageAccess access, ILogger log)
    {
        IsLegacy = await new MongoStart(settings, log).RunAsync(access, CancellationToken.None);
        try
        {
            return new MongocCommands(settings, new MongocLimits(storage.Workers, storage.Deadline, storage.Deadline));
        }
        catch (MongoUnreachableException fault)
        {
            throw new StartException($"The MongoDB hosts of {settings.Redacted} can no longer be looked up: {fault.Message}", fault);
        }
    }
}
