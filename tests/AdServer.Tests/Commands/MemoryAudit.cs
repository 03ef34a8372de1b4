using AdServer.Access;
using AdServer.Common;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdServer.Tests.Commands;

/// <summary>An audit in memory, which can be away.</summary>
internal sealed class MemoryAudit : IAuditStore
{
    public List<AuditEntry> Entries { get; } = [];

    /// <summary>Whether entries cannot be added.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether ends cannot be added.</summary>
    public bool IsEndAway { get; set; }

    /// <summary>A log on an audit that nobody looks at.</summary>
    public static AuditLog NewLog() => new MemoryAudit().ToLog();

    public AuditLog ToLog() => new(this, TimeProvider.System, NullLogger<AuditLog>.Instance);

    public Task AppendAuditAsync(AuditEntry entry, CancellationToken cancellation)
    {
        if (IsAway)
        {
            throw new StoreUnavailableException("The audit is away");
        }

        Entries.Add(entry);
        return Task.CompletedTask;
    }

    public Task EndAuditAsync(string id, AuditOutcome outcome, DateTimeOffset at, CancellationToken cancellation)
    {
        if (IsEndAway)
        {
            throw new StoreUnavailableException("The audit is away");
        }

        var place = Entries.FindIndex(entry => entry.Id == id);
        Entries[place] = Entries[place] with { Outcome = outcome, EndedAt = at };
        return Task.CompletedTask;
    }

    public Task<AuditPage> ListAuditAsync(AuditQuery query, CancellationToken cancellation) =>
        Task.FromResult(AuditPage.Cut(Enumerable.Reverse(Entries), query.Limit));
}
