using AdServer.Common;
using AdServer.Storage.Mongo;

namespace AdServer.Storage.Spool;

/// <summary>Why the engine does not take an event although it is there: for what the event holds.</summary>
/// <param name="Code">The engine's number; 0 for what is refused before it is sent.</param>
/// <param name="Words">What was said, which may quote the event: for the spool, not for a log.</param>
internal sealed record SpoolRefusal(int Code, string Words)
{
    /// <summary>The refusal that an exception is; nothing for an engine that is away.</summary>
    public static SpoolRefusal? Of(Exception fault) => fault switch
    {
        StoreUnavailableException { InnerException: MongoRefusalException refusal } => new(refusal.Code, refusal.Words),
        ArgumentException => new(0, fault.Message),
        _ => null,
    };
}
