using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>What a reply says. One that is <c>ok</c> may still carry errors of single statements.</summary>
internal static class MongoReply
{
    /// <summary>The code of a unique rule that a write would break: the only one that the stores expect.</summary>
    public const int DuplicateKey = 11000;

    /// <summary>The statements of a bulk write that failed: their position in the command, and the code.</summary>
    public static IEnumerable<(int Index, int Code)> WriteErrors(this BsonDocument reply) => reply.Errors().Select(error => (error.Index, error.Code));

    /// <summary>The same with the server's words, which may hold what the statement held.</summary>
    public static IEnumerable<(int Index, int Code, string Words)> Errors(this BsonDocument reply) =>
        reply.TryGetValue("writeErrors", out var errors)
            ? errors.AsBsonArray.Select(error => (error["index"].ToInt32(), error["code"].ToInt32(), WordsOf(error.AsBsonDocument)))
            : [];

    /// <summary>Throws if a statement failed, but for those with the code that the caller expects.</summary>
    /// <exception cref="MongoCommandException">One did.</exception>
    public static BsonDocument ThrowIfFailed(this BsonDocument reply, int? expected = null)
    {
        foreach (var (_, code, words) in reply.Errors().Where(error => error.Code != expected).Take(1))
        {
            // The words of a unique rule quote the value, which may be an e-mail address.
            throw new MongoCommandException(code, code == DuplicateKey ? "A unique rule stands against it" : words);
        }

        return reply;
    }

    /// <summary>
    /// The documents of a <c>find</c> or <c>aggregate</c>. The server ends a batch at 16 MB whatever was asked: <see cref="HasMore"/>.
    /// </summary>
    public static IEnumerable<BsonDocument> Documents(this BsonDocument reply) =>
        reply["cursor"]["firstBatch"].AsBsonArray.Select(document => document.AsBsonDocument);

    /// <summary>
    /// Whether the batch is not all. Go on with another command after the last key, never with <c>getMore</c>: a cursor lives on one
    /// server, and the next command of a pool may go to another.
    /// </summary>
    public static bool HasMore(this BsonDocument reply) => reply["cursor"]["id"].ToInt64() != 0;

    private static string WordsOf(BsonDocument error) => error.GetValue("errmsg", string.Empty).AsString;
}
