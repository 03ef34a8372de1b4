using AdServer.Storage.Mongo;
using AdServer.StorageTests.Copying;
using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo;

/// <summary>The seam of a process that is killed at its n-th write, before it was executed or after.</summary>
internal sealed class MortalCommands(IMongoCommands commands, int writes, bool isExecuted) : IMongoCommands
{
    private int left = writes;

    public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        var isDeath = command.GetElement(0).Name is "insert" or "update" && --left == 0;
        if (isDeath && !isExecuted)
        {
            throw new KilledException();
        }

        var reply = await commands.RunAsync(command, cancellation);
        return isDeath ? throw new KilledException() : reply;
    }
}
