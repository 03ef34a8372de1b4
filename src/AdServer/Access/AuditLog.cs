using AdServer.Common;

namespace AdServer.Access;

/// <summary>
/// Notes every change: that it is about to be made, before it is made, then how it ended. So there is no change without an entry, whoever dies
/// when, and an entry whose end nobody has said may be of a change that was made:
/// <code>
/// await audit.RecordAsync(origin, new(AuditAction.DeleteDeveloper, id) { Before = one }, () => store.RemoveDeveloperAsync(id, cancellation), removed => removed, cancellation);
/// </code>
/// </summary>
internal sealed partial class AuditLog(IAuditStore store, TimeProvider clock, ILogger<AuditLog> log)
{
    /// <summary>Makes a change.</summary>
    /// <param name="origin">Who makes it.</param>
    /// <param name="change">What it is.</param>
    /// <param name="make">Makes it. What it throws leaves open whether the change was made.</param>
    /// <param name="isDone">Whether it was made.</param>
    /// <param name="cancellation">Gives up before it is made.</param>
    /// <exception cref="StoreUnavailableException">It cannot be noted, and was not made; or <paramref name="make"/> threw it.</exception>
    public async Task<T> RecordAsync<T>(
        AuditOrigin origin, AuditChange change, Func<Task<T>> make, Func<T, bool> isDone, CancellationToken cancellation)
    {
        var now = clock.Now();
        var entry = change.ToEntry(Ids.New(now), now, origin);
        await store.AppendAuditAsync(entry, cancellation);
        var outcome = AuditOutcome.Unknown;
        try
        {
            var made = await make();
            outcome = isDone(made) ? AuditOutcome.Done : AuditOutcome.Refused;
            return made;
        }
        finally
        {
            LogChange(entry.Action, entry.ObjectId, origin.ActorId, outcome);
            await EndAsync(entry, outcome);
        }
    }

    /// <summary>The change is what it is: whoever made it is not told that its end could not be noted, and nobody who hangs up prevents it.</summary>
    private async Task EndAsync(AuditEntry entry, AuditOutcome outcome)
    {
        if (outcome == AuditOutcome.Unknown)
        {
            return;
        }

        try
        {
            await store.EndAuditAsync(entry.Id, outcome, clock.Now(), CancellationToken.None);
        }
        catch (StoreUnavailableException fault)
        {
            LogOpen(fault, entry.Id);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Audit: {Action:l} {ObjectId:l} by {ActorId:l}: {Outcome}")]
    private partial void LogChange(string action, string? objectId, string actorId, AuditOutcome outcome);

    [LoggerMessage(2, LogLevel.Warning, "How the change of audit entry {EntryId:l} ended could not be noted; the entry stays \"unknown\"")]
    private partial void LogOpen(Exception fault, string entryId);
}
