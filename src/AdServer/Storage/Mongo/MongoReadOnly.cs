using System.Collections.Frozen;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>The seam for a command beside a server: what could change something is refused before it is sent.</summary>
internal sealed class MongoReadOnly(IMongoCommands commands) : IMongoCommands
{
    private static readonly FrozenSet<string> Reading =
        FrozenSet.Create("find", "aggregate", "count", "distinct", "hello", "ping", "listCollections", "listIndexes");

    public Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation) =>
        Reading.Contains(command.GetElement(0).Name)
            ? commands.RunAsync(command, cancellation)
            : throw new StoreUnavailableException("The store was opened for reading only");
}
