using AdServer.Storage.Mongo;
using MongoDB.Bson;

namespace AdServer.StorageTests.Simulation;

/// <summary>Writes to MongoDB that are broken on purpose on their way.</summary>
internal static class MutatedCommands
{
    /// <summary>Leaves a field out of the filters of updates: what it guards is not guarded any more.</summary>
    public static Func<BsonDocument, IEnumerable<BsonDocument>> WithoutGuard(string field, params string[] collections) => command =>
    {
        if (command.GetElement(0).Name == "update" && collections.Contains(command[0].AsString))
        {
            foreach (var statement in command["updates"].AsBsonArray)
            {
                statement["q"].AsBsonDocument.Remove(field);
            }
        }

        return [command];
    };

    /// <summary>Makes inserts that the unique <c>_id</c> would refuse replace what is there.</summary>
    /// <param name="collection">Into which.</param>
    /// <param name="some">Which documents.</param>
    public static Func<BsonDocument, IEnumerable<BsonDocument>> Replace(string collection, Func<BsonDocument, bool> some) => command =>
        Inserts(command, collection).Any(some)
            ? [new BsonDocument { { "update", collection }, { "updates", new BsonArray(Inserts(command, collection).Select(one =>
                MongoVerbs.Statement(new BsonDocument("_id", one["_id"]), one, upsert: true))) } }]
            : [command];

    /// <summary>Makes identities unique within a batch alone.</summary>
    public static IEnumerable<BsonDocument> WithoutUniqueIds(BsonDocument command)
    {
        foreach (var one in Inserts(command, MongoEvents.Collection))
        {
            one["_id"] = new BsonDocument { { "id", one["_id"] }, { "batch", one["batch"] } };
        }

        return [command];
    }

    /// <summary>Writes the commit record of a batch with its first events.</summary>
    public static IEnumerable<BsonDocument> CommitFirst(BsonDocument command)
    {
        var events = Inserts(command, MongoEvents.Collection).ToList();
        if (events.Count == 0)
        {
            return [command];
        }

        var record = new BsonDocument
        {
            { "_id", events[0]["batch"] },
            { "sealed", false },
            { "events", events.Count },
            { "oldest", events[0]["createdAt"] },
            { "roll", BsonNull.Value },
        };
        return [Insert(MongoBatches.Collection, record), command];
    }

    /// <summary>Marks the roll that is being applied as applied before its rows are written.</summary>
    public static IEnumerable<BsonDocument> MarkFirst(BsonDocument command)
    {
        var mark = MongoVerbs.Statement(new BsonDocument("applied", false), new BsonDocument("$set", new BsonDocument("applied", true)));
        return command[0] == MongoDerived.PackageRows
            ? [new BsonDocument { { "update", MongoRolls.Collection }, { "updates", new BsonArray { mark } } }, command]
            : [command];
    }

    private static IEnumerable<BsonDocument> Inserts(BsonDocument command, string collection) =>
        command.GetElement(0) is { Name: "insert" } insert && insert.Value == collection
            ? command["documents"].AsBsonArray.Select(one => one.AsBsonDocument)
            : [];

    private static BsonDocument Insert(string collection, BsonDocument document) =>
        new() { { "insert", collection }, { "documents", new BsonArray { document } } };
}
