using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The seam to MongoDB: one command on the configured database, as MongoDB's manual documents it. Everything above it is commands and
/// documents; everything below it is the driver. Where MongoDB's C# driver can be restored, <c>IMongoDatabase.RunCommandAsync</c> is the
/// one call that replaces it.
/// </summary>
internal interface IMongoCommands
{
    /// <summary>
    /// Runs a command and returns the server's reply, whose <c>ok</c> is 1. The reply of a write may still carry <c>writeErrors</c>: look.
    /// Nothing is retried here. Read and write concerns are part of the command.
    /// </summary>
    /// <exception cref="MongoCommandException">The server refused the command; or a <c>writeConcernError</c> came with the reply.</exception>
    /// <exception cref="MongoUnreachableException">No answer: whether the command was executed is not known.</exception>
    Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation);
}

/// <summary>The server answered that it did not do, or not durably do, what a command asked.</summary>
/// <param name="code">The server's numeric code: the only thing to branch on.</param>
/// <param name="message">The server's words, for the log; they hold no password.</param>
internal sealed class MongoCommandException(int code, string message) : Exception(message)
{
    public int Code => code;
}

/// <summary>There was no answer within the deadline. The command may have been executed.</summary>
internal sealed class MongoUnreachableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The server refused one statement for what it holds, such as a document that a validator forbids: others it takes.</summary>
/// <param name="code">The server's numeric code.</param>
/// <param name="words">The server's words, which may quote the document: for no log.</param>
internal sealed class MongoRefusalException(int code, string words) : Exception($"A statement was refused (error {code})")
{
    public int Code => code;

    public string Words => words;
}
