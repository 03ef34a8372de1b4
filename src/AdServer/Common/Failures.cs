namespace AdServer.Common;

/// <summary>
/// The store cannot take or give data now (disk full, file read-only, engine away). Callers are answered 503; nothing that was
/// answered before is lost, and the same call may succeed later.
/// </summary>
internal sealed class StoreUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A caller asked for more than can be had at once: the message says to them what to ask for instead. They are answered 503.</summary>
internal sealed class TooMuchException(string message) : Exception(message);

/// <summary>The process cannot start, or a command cannot run: the message says to the operator why and what to do.</summary>
internal sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
