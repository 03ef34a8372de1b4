using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>Makes the changes of performers, as <see cref="AdChanges"/> does those of ads.</summary>
internal sealed class PerformerChanges(ICatalogStore store, CatalogRefresher catalog, CatalogChanges turns, AuditLog audit, TimeProvider clock)
{
    private static readonly ApiError Busy = ApiError.Conflict("The performer is being changed by others; try again");

    /// <summary>Adds a performer, or gives the one that has its address; one that is not added and has its identity was removed.</summary>
    /// <param name="wanted">The performer.</param>
    /// <param name="isRepeat">Whether it may have been added before.</param>
    /// <param name="origin">Who adds it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<(Performer Performer, bool Added)> AddAsync(
        Performer wanted, bool isRepeat, AuditOrigin origin, CancellationToken cancellation)
    {
        if (isRepeat && await store.FindPerformerAsync(wanted.Id, cancellation) is { } added)
        {
            await catalog.ApplyAsync(new CatalogChange(Performer: added));
            return (added, true);
        }

        if (await store.FindPerformerByEmailAsync(wanted.EmailKey, cancellation) is { } held)
        {
            return (held, held.Id == wanted.Id);
        }

        var change = AuditedPerformer.Change(AuditAction.CreatePerformer, null, wanted);
        var made = await audit.RecordAsync(
            origin, change, () => store.AddPerformerAsync(wanted, cancellation), made => made.Added, cancellation);
        if (made.Added)
        {
            await catalog.ApplyAsync(new CatalogChange(Performer: made.Performer));
        }

        return made;
    }

    /// <summary>Replaces a performer; the error if it was not.</summary>
    /// <param name="id">Which performer.</param>
    /// <param name="origin">Who replaces it.</param>
    /// <param name="decide">What it becomes, or why not; asked again when somebody else was faster.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ApiError?> ReplaceAsync(
        string id, AuditOrigin origin, Func<Performer, (ApiError? Error, Performer? Performer)> decide, CancellationToken cancellation)
    {
        var (error, made) = await turns.MakeAsync(() => TryReplaceAsync(id, origin, decide, cancellation), Busy, cancellation);
        if (made is not null)
        {
            await catalog.ApplyAsync(new CatalogChange(Performer: made));
        }

        return error;
    }

    /// <summary>Removes a performer; the error if it was not.</summary>
    /// <param name="id">Which performer.</param>
    /// <param name="origin">Who removes it.</param>
    /// <param name="refuse">Why not; asked again when somebody changed it meanwhile.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ApiError?> RemoveAsync(
        string id, AuditOrigin origin, Func<Performer, ApiError?> refuse, CancellationToken cancellation)
    {
        var (error, gone) = await turns.MakeAsync(() => TryRemoveAsync(id, origin, refuse, cancellation), Busy, cancellation);
        if (gone is not null)
        {
            await catalog.ApplyAsync(new CatalogChange(RemovedId: gone.Id));
        }

        return error;
    }

    private async Task<(ApiError? Error, Performer? Performer)?> TryReplaceAsync(
        string id, AuditOrigin origin, Func<Performer, (ApiError? Error, Performer? Performer)> decide, CancellationToken cancellation)
    {
        if (await store.FindPerformerAsync(id, cancellation) is not { } before)
        {
            return (CatalogErrors.PerformerNotFound, null);
        }

        var (error, wanted) = decide(before);
        if (wanted is null)
        {
            return (error, null);
        }

        var next = wanted with { UpdatedAt = clock.Now(), Version = before.Version + 1 };
        var change = AuditedPerformer.Change(AuditAction.UpdatePerformer, before, next);
        return await audit.RecordAsync(origin, change, () => store.ReplacePerformerAsync(next, cancellation), IsDone, cancellation) switch
        {
            ChangeOutcome.Done => (null, next),
            ChangeOutcome.EmailTaken => (ApiError.Conflict("Email already in use"), null),
            _ => null,
        };
    }

    private async Task<(ApiError? Error, Performer? Performer)?> TryRemoveAsync(
        string id, AuditOrigin origin, Func<Performer, ApiError?> refuse, CancellationToken cancellation)
    {
        if (await store.FindPerformerAsync(id, cancellation) is not { } before)
        {
            return (CatalogErrors.PerformerNotFound, null);
        }

        if (refuse(before) is { } refused)
        {
            return (refused, null);
        }

        var change = AuditedPerformer.Change(AuditAction.DeletePerformer, before, null);
        return await audit.RecordAsync(
            origin, change, () => store.RemovePerformerAsync(id, before.Version, cancellation), IsDone, cancellation) switch
        {
            ChangeOutcome.Done => (null, before),
            ChangeOutcome.InUse => (ApiError.Conflict("Performer still has ads; delete them first"), null),
            _ => null,
        };
    }

    private static bool IsDone(ChangeOutcome outcome) => outcome == ChangeOutcome.Done;
}
