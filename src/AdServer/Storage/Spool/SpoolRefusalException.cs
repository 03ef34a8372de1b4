using AdServer.Common;
using AdServer.Storage.Mongo;

namespace AdServer.Storage.Spool;

/// <summary>The engine is there and does not take some events, for what one of them holds.</summary>
/// <param name="code">The engine's number; 0 for what is refused before it is sent.</param>
/// <param name="words">What was said, which may quote the event: for the spool, not for a log.</param>
internal sealed class SpoolRefusalException(int code, string words) : Exception($"Events are refused (error {code})")
{
    public int Code => code;

    public string Words => words;

    /// <summary>The refusal that an exception of an append is; nothing for an engine that is away, and for a caller that has left.</summary>
    public static SpoolRefusalException? Of(Exception fault) => fault switch
    {
        StoreUnavailableException { InnerException: MongoRefusalException refusal } => new(refusal.Code, refusal.Words),
        StoreUnavailableException or OperationCanceledException => null,
        _ => new(0, fault.Message),
    };
}
