using System.Buffers.Binary;
using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>
/// MongoDB's wire protocol as far as today's drivers use it: OP_MSG with sections of both kinds, and OP_QUERY for the first greeting.
/// </summary>
internal static class MongoWire
{
    private const int HeaderLength = 16;
    private const int LongestMessage = 48_000_000;
    private const int Reply = 1;
    private const int Query = 2004;
    private const int Msg = 2013;
    private const uint ChecksumPresent = 1;
    private const uint MoreToCome = 2;

    /// <summary>The next command of a connection; null when the other side has gone.</summary>
    /// <exception cref="InvalidDataException">Something else than MongoDB's protocol.</exception>
    public static async Task<MongoRequest?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var header = new byte[HeaderLength];
        if (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellation) < HeaderLength)
        {
            return null;
        }

        var length = Number(header, 0);
        if (length is < HeaderLength or > LongestMessage)
        {
            throw new InvalidDataException($"A message of {length} bytes.");
        }

        var message = new byte[length - HeaderLength];
        await stream.ReadExactlyAsync(message, cancellation);
        return Number(header, 12) switch
        {
            Msg => ReadMsg(Number(header, 4), message),
            Query => ReadQuery(Number(header, 4), message),
            var other => throw new InvalidDataException($"A message of kind {other}."),
        };
    }

    /// <summary>The reply to a request, ready to be sent.</summary>
    public static byte[] Answer(MongoRequest request, byte[] reply) =>
        request.IsLegacy ? Message(Reply, request.Id, LegacyReplyHead(), reply) : Message(Msg, request.Id, new byte[5], reply);

    /// <summary>A command as a driver sends it.</summary>
    public static byte[] Ask(int id, byte[] command)
    {
        var message = Message(Msg, responseTo: 0, new byte[5], command);
        Put(message, 4, id);
        return message;
    }

    private static MongoRequest ReadMsg(int id, byte[] message)
    {
        var flags = (uint)Number(message, 0);
        var end = message.Length - ((flags & ChecksumPresent) != 0 ? 4 : 0);
        byte[]? body = null;
        byte[]? documents = null;
        for (var at = 4; at < end;)
        {
            var length = Number(message, at + 1);
            var section = message[(at + 1)..(at + 1 + length)];
            if (message[at] == 0)
            {
                body = section;
            }
            else
            {
                documents = section[(EndOfText(section, 4) + 1)..];
            }

            at += 1 + length;
        }

        return Request(id, isLegacy: false, (flags & MoreToCome) == 0, body ?? throw new InvalidDataException("A message without a body."), documents);
    }

    private static MongoRequest Request(int id, bool isLegacy, bool isAnswered, byte[] body, byte[]? documents)
    {
        var database = new RawBsonDocument(body).TryGetValue("$db", out var name) ? name.AsString : "admin";
        return new MongoRequest(id, isLegacy, isAnswered, database, body, documents);
    }

    private static MongoRequest ReadQuery(int id, byte[] message)
    {
        var start = EndOfText(message, 4) + 1 + 8;
        return Request(id, isLegacy: true, isAnswered: true, message[start..(start + Number(message, start))], documents: null);
    }

    private static byte[] LegacyReplyHead()
    {
        var head = new byte[20];
        Put(head, 0, 8);
        Put(head, 16, 1);
        return head;
    }

    private static byte[] Message(int kind, int responseTo, byte[] head, byte[] document)
    {
        var message = new byte[HeaderLength + head.Length + document.Length];
        Put(message, 0, message.Length);
        Put(message, 8, responseTo);
        Put(message, 12, kind);
        head.CopyTo(message, HeaderLength);
        document.CopyTo(message, HeaderLength + head.Length);
        return message;
    }

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    private static void Put(byte[] bytes, int at, int number) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), number);

    private static int EndOfText(byte[] bytes, int start) => Array.IndexOf(bytes, (byte)0, start);
}
