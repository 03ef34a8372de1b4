using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using AdServer.StorageTests.Mongo.Engine;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace AdServer.StorageTests.Mongo;

/// <summary>
/// A server that speaks just enough of MongoDB's wire protocol to answer commands as a test says: for what no engine of the tests can be
/// brought to do. Without a script it is a primary that says <c>ok</c> to everything.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private const int HeaderSize = 16;
    private const int OpReply = 1;
    private const int OpQuery = 2004;
    private const int OpMsg = 2013;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Task accepting;

    public ScriptedServer()
    {
        MongoServer.RequireDriver();
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Host and port.</summary>
    public string Address => listener.LocalEndpoint.ToString()!;

    /// <summary>What <c>hello</c> says beside the limits.</summary>
    public BsonDocument Hello { get; set; } = new("isWritablePrimary", true);

    /// <summary>The reply to a command other than <c>hello</c>; nothing drops the connection.</summary>
    public Func<BsonDocument, Task<BsonDocument?>> Answer { get; set; } = _ => Task.FromResult<BsonDocument?>(Ok());

    /// <summary>The commands that came, without the driver's own.</summary>
    public ConcurrentQueue<BsonDocument> Commands { get; } = [];

    public static BsonDocument Ok(params BsonElement[] elements) => new BsonDocument("ok", 1).AddRange(elements);

    public static BsonDocument Error(int code) => new() { { "ok", 0 }, { "code", code }, { "errmsg", "as scripted" } };

    /// <summary>The one batch of a <c>find</c>.</summary>
    public static BsonDocument Found(params BsonDocument[] documents) =>
        Ok(new BsonElement("cursor", new BsonDocument { { "id", 0L }, { "ns", "x.y" }, { "firstBatch", new BsonArray(documents) } }));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        listener.Stop();
        await Task.WhenAll(connections);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            while (await ReadAsync(stream) is { } message)
            {
                var command = CommandOf(message);
                if (await ReplyAsync(command) is not { } reply)
                {
                    return;
                }

                await WriteAsync(stream, message, reply.ToBson());
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The driver closed the connection, or the test is over.
        }
    }

    private Task<BsonDocument?> ReplyAsync(BsonDocument command)
    {
        if (command.GetElement(0).Name is "hello" or "isMaster" or "ismaster")
        {
            return Task.FromResult<BsonDocument?>(new BsonDocument
            {
                { "ok", 1 }, { "helloOk", true }, { "minWireVersion", 0 }, { "maxWireVersion", 17 }, { "maxBsonObjectSize", 16 << 20 },
                { "maxMessageSizeBytes", 48_000_000 }, { "maxWriteBatchSize", 100_000 }, { "ismaster", Hello["isWritablePrimary"] },
            }.AddRange(Hello));
        }

        Commands.Enqueue(command);
        return Answer(command).WaitAsync(stop.Token);
    }

    private async Task<byte[]?> ReadAsync(NetworkStream stream)
    {
        var header = new byte[HeaderSize];
        if (await stream.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, stop.Token) < HeaderSize)
        {
            return null;
        }

        var message = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
        header.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(HeaderSize), stop.Token);
        return message;
    }

    private static int OpCode(byte[] message) => BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(12));

    /// <summary>After flags and the section's kind; of the old handshake after flags, name, skip and limit.</summary>
    private static BsonDocument CommandOf(byte[] message)
    {
        var start = OpCode(message) == OpMsg ? HeaderSize + 5 : Array.IndexOf(message, (byte)0, HeaderSize + 4) + 9;
        var length = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(start));
        return BsonSerializer.Deserialize<BsonDocument>(message[start..(start + length)]);
    }

    private async Task WriteAsync(NetworkStream stream, byte[] request, byte[] document)
    {
        var isOld = OpCode(request) == OpQuery;
        var start = HeaderSize + (isOld ? 20 : 5);
        var reply = new byte[start + document.Length];
        BinaryPrimitives.WriteInt32LittleEndian(reply, reply.Length);
        request.AsSpan(4, 4).CopyTo(reply.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(12), isOld ? OpReply : OpMsg);
        if (isOld)
        {
            // One document was returned.
            BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(start - 4), 1);
        }

        document.CopyTo(reply, start);
        await stream.WriteAsync(reply, stop.Token);
    }
}
