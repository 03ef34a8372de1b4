namespace AdServer.Access;

/// <summary>What the audit needs of a database: entries are added and read, and nothing takes one away or makes it another.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface IAuditStore
{
    /// <summary>Adds an entry that has not ended; it is durable then. Trying again what was executed without an answer adds it once.</summary>
    Task AppendAuditAsync(AuditEntry entry, CancellationToken cancellation);

    /// <summary>Says beside an entry how it ended. The first word stays.</summary>
    Task EndAuditAsync(string id, AuditOutcome outcome, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>The entries that match, the newest first.</summary>
    Task<AuditPage> ListAuditAsync(AuditQuery query, CancellationToken cancellation);
}
