using AdServer.Serving;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Signing keys in MongoDB: the unique <c>_id</c> decides whose key a period has.</summary>
internal sealed class MongoSigningKeyStore(MongoRetry commands) : ISigningKeyStore
{
    public const string Collection = "signing_keys";

    public Task AddSigningKeyAsync(SigningKey key, CancellationToken cancellation) =>
        commands.InsertAsync(Collection, [Write(key)], MongoVerbs.MostStatements, cancellation);

    public async Task<IReadOnlyList<SigningKey>> ListSigningKeysAsync(CancellationToken cancellation) =>
        await commands.ScanAsync(Collection, [], null, MongoVerbs.PageSize, cancellation).Select(Read).ToListAsync(cancellation);

    public Task RemoveSigningKeysAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        commands.DeleteAsync(Collection, ids.Select(id => new BsonDocument("_id", id)), cancellation);

    public async Task<DateTimeOffset?> ReadSigningClockAsync(CancellationToken cancellation) =>
        (await commands.RunAsync(new BsonDocument("hello", 1), cancellation)).Instant("localTime");

    public static BsonDocument Write(SigningKey key) => new()
    {
        { "_id", key.Id },
        { "secret", new BsonBinaryData(key.Secret) },
        { "createdAt", MongoFields.Instant(key.CreatedAt) },
        { "signsFrom", MongoFields.Instant(key.SignsFrom) },
        { "signsUntil", MongoFields.Instant(key.SignsUntil) },
    };

    public static SigningKey Read(BsonDocument document) => new(
        document.Text("_id"),
        document["secret"].AsByteArray,
        document.Instant("createdAt"),
        document.Instant("signsFrom"),
        document.Instant("signsUntil"));
}
