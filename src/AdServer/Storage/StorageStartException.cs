namespace AdServer.Storage;

/// <summary>The store cannot be opened. The message is for the person who starts the server: what is wrong, and what to do about it.</summary>
internal sealed class StorageStartException(string message, Exception? cause = null) : Exception(message, cause);
