using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Write commands of one statement, durable when they are answered, and what their reply says.</summary>
internal static class MongoWrites
{
    public static BsonDocument Insert(string collection, BsonDocument document) => new BsonDocument
    {
        { "insert", collection },
        { "documents", new BsonArray { document } },
    }.Durable();

    /// <summary>Changes the one document that the filter finds; with <paramref name="upsert"/> makes it if there is none.</summary>
    public static BsonDocument Update(string collection, BsonDocument filter, BsonDocument change, bool upsert = false, bool multi = false) => new BsonDocument
    {
        { "update", collection },
        { "updates", new BsonArray { new BsonDocument { { "q", filter }, { "u", change }, { "upsert", upsert }, { "multi", multi } } } },
    }.Durable();

    /// <summary>Deletes everything that the filter finds.</summary>
    public static BsonDocument Delete(string collection, BsonDocument filter) => new BsonDocument
    {
        { "delete", collection },
        { "deletes", new BsonArray { new BsonDocument { { "q", filter }, { "limit", 0 } } } },
    }.Durable();

    /// <summary>Whether a unique rule stood against the write; anything else that failed is thrown.</summary>
    /// <exception cref="MongoCommandException">It failed for another reason.</exception>
    public static bool IsDuplicate(this BsonDocument reply) => reply.ThrowIfFailed(MongoReply.DuplicateKey).WriteErrors().Any();

    /// <summary>Whether the write found a document.</summary>
    public static bool HasFound(this BsonDocument reply) => reply.ThrowIfFailed()["n"].ToInt64() > 0;
}
