using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// What is promised of a write and asked of a read. The URI may ask for more (<see cref="MongoSettings"/>), which the binding then puts in
/// place of what stands here; it never gets less.
/// </summary>
internal static class MongoConcerns
{
    public const string Write = "writeConcern";
    public const string Read = "readConcern";

    /// <summary>Adds <c>w: "majority", j: true</c>: the reply means that the write outlives any one machine.</summary>
    public static BsonDocument Durable(this BsonDocument command) =>
        command.Set(Write, new BsonDocument { { "w", "majority" }, { "j", true } });

    /// <summary>Adds <c>level: "majority"</c>: what is read is not taken back. It may still be old: a stale node can answer.</summary>
    public static BsonDocument Deciding(this BsonDocument command) =>
        command.Set(Read, new BsonDocument("level", "majority"));
}
