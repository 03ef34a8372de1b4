using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>A command as it came over the wire: its document and, of a large write, the documents that travel beside it.</summary>
/// <param name="Id">The number that the reply refers to.</param>
/// <param name="IsLegacy">Came as OP_QUERY, which the first greeting of a connection still does, and is answered as such.</param>
/// <param name="IsAnswered">Whether the sender waits for a reply.</param>
/// <param name="Database">The database that it is for.</param>
/// <param name="Body">The command's BSON.</param>
/// <param name="Documents">The BSON documents beside it, one after the other.</param>
internal sealed record MongoRequest(int Id, bool IsLegacy, bool IsAnswered, string Database, byte[] Body, byte[]? Documents)
{
    public RawBsonDocument Command { get; } = new(Body);

    /// <summary>The command's name: its first field.</summary>
    public string Name => Command.GetElement(0).Name;

    /// <summary>What the command is about; empty where it is about no collection.</summary>
    public string Collection => Command[0] is { IsString: true } name ? name.AsString : Name == "getMore" ? Command["collection"].AsString : string.Empty;
}
