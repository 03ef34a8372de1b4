using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>What the gateway says about itself, and to commands that concern no data.</summary>
internal sealed class Greeting(int port)
{
    public const string ReplicaSet = "rs0";

    private const int AuthenticationFailed = 18;

    public bool IsPrimary { get; set; } = true;

    /// <summary>The reply to a command that concerns no data; null for any other.</summary>
    public byte[]? Answer(string command) => command switch
    {
        "hello" or "isMaster" or "ismaster" => Hello(command == "hello").ToBson(),
        "ping" or "endSessions" => new BsonDocument("ok", 1.0).ToBson(),
        "buildInfo" or "buildinfo" => BuildInfo().ToBson(),
        "saslStart" => MongoErrors.Reply(AuthenticationFailed, "Authentication failed."),
        _ => null,
    };

    private BsonDocument Hello(bool isModern)
    {
        var me = $"127.0.0.1:{port}";
        return new BsonDocument
        {
            { isModern ? "isWritablePrimary" : "ismaster", IsPrimary },
            { "secondary", !IsPrimary },
            { "helloOk", true },
            { "setName", ReplicaSet },
            { "setVersion", 1 },
            { "hosts", new BsonArray { me } },
            { "me", me },
            { "primary", me, IsPrimary },
            { "maxBsonObjectSize", 16 * 1024 * 1024 },
            { "maxMessageSizeBytes", 48_000_000 },
            { "maxWriteBatchSize", 25_000 },
            { "logicalSessionTimeoutMinutes", 30 },
            { "localTime", TimeProvider.System.GetUtcNow().UtcDateTime },
            { "minWireVersion", 0 },
            { "maxWireVersion", 21 },
            { "readOnly", false },
            { "ok", 1.0 },
        };
    }

    private static BsonDocument BuildInfo() => new()
    {
        { "version", "7.0.0" },
        { "versionArray", new BsonArray { 7, 0, 0, 0 } },
        { "maxBsonObjectSize", 16 * 1024 * 1024 },
        { "ok", 1.0 },
    };
}
