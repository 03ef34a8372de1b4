using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Native;

/// <summary>The seam on MongoDB's C driver: one pool of connections, and the threads that wait for it.</summary>
internal sealed class MongocCommands : IMongoCommands, IAsyncDisposable
{
    private readonly MongoSettings settings;
    private readonly MongocPool pool;
    private readonly MongocWorkers workers;

    /// <exception cref="Common.StartException">The driver is missing, or the connection string cannot be used.</exception>
    /// <exception cref="MongoUnreachableException">The hosts behind a <c>mongodb+srv</c> name cannot be looked up.</exception>
    public MongocCommands(MongoSettings settings, MongocLimits limits)
    {
        this.settings = settings;
        pool = new MongocPool(limits.Apply(settings.Uri).Full, settings.Database, settings.Scrub);
        workers = new MongocWorkers(limits.Workers);
    }

    /// <summary>The hosts, with their ports, that the driver knows from the connection string or the DNS.</summary>
    public IReadOnlyList<string> Hosts => pool.Hosts();

    public Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        // Written out before the queue: the caller may give up, and then the document is its own again.
        var bytes = settings.Strengthen(command).ToBson();
        return workers.RunAsync(() => Look(pool.Run(bytes)), cancellation);
    }

    /// <summary>Ends what has begun, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await workers.DisposeAsync();
        pool.Dispose();
    }

    /// <summary>A write that was done, but not as durably as was asked, is not done for us.</summary>
    private BsonDocument Look(BsonDocument reply) =>
        reply.TryGetValue("writeConcernError", out var error)
            ? throw new MongoCommandException(error["code"].ToInt32(), settings.Scrub(error.AsBsonDocument.GetValue("errmsg", "").AsString))
            : reply;
}

/// <summary>
/// What bounds the driver. The connection string may only ask for less: who called has given up by then, and a call that goes on keeps a worker.
/// </summary>
/// <param name="Workers">Commands under way at once.</param>
/// <param name="Selection">How long it looks for a primary.</param>
/// <param name="Call">How long a connection is made, and how long an answer takes.</param>
internal sealed record MongocLimits(int Workers, TimeSpan Selection, TimeSpan Call)
{
    public MongoUri Apply(MongoUri uri) => uri
        .WithDefault("appName", "adserver")
        .WithAtMost("serverSelectionTimeoutMS", Milliseconds(Selection))
        .WithAtMost("connectTimeoutMS", Milliseconds(Call))
        .WithAtMost("socketTimeoutMS", Milliseconds(Call))
        // The threads are the bound: a smaller pool would only make them wait for each other.
        .Without("maxPoolSize").WithDefault("maxPoolSize", Workers);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
