using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>The smallest driver there is: one connection, a command and its reply.</summary>
internal sealed class MongoClient : IDisposable
{
    private readonly TcpClient client = new() { NoDelay = true };
    private readonly string database;

    private MongoClient(string database) => this.database = database;

    public static async Task<MongoClient> ConnectAsync(int port, string database)
    {
        var client = new MongoClient(database);
        await client.client.ConnectAsync("127.0.0.1", port);
        return client;
    }

    /// <summary>The reply, whatever it says; null when the connection broke.</summary>
    public async Task<BsonDocument?> RunAsync(string command)
    {
        var document = BsonDocument.Parse(command);
        document["$db"] = database;
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(MongoWire.Ask(1, document.ToBson()));
            return await MongoWire.ReadAsync(stream, CancellationToken.None) is { } reply ? BsonSerializer.Deserialize<BsonDocument>(reply.Body) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => client.Dispose();
}
