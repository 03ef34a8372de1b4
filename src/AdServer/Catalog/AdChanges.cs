using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>Makes the changes of ads: decided on what is stored, noted in the audit, written if that is stored still, and served.</summary>
internal sealed class AdChanges(ICatalogStore store, CatalogRefresher catalog, CatalogChanges turns, AuditLog audit, TimeProvider clock)
{
    private static readonly ApiError Busy = ApiError.Conflict("The ad is being changed by others; try again");

    /// <summary>Adds an ad; <see cref="ChangeOutcome.Missing"/> if its performer has gone.</summary>
    /// <param name="ad">The ad.</param>
    /// <param name="isRepeat">Whether it may have been added before.</param>
    /// <param name="origin">Who adds it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ChangeOutcome> AddAsync(Ad ad, bool isRepeat, AuditOrigin origin, CancellationToken cancellation)
    {
        if (isRepeat && await store.FindAdAsync(ad.Id, cancellation) is { } added)
        {
            await catalog.ApplyAsync(new CatalogChange(Ad: added));
            return ChangeOutcome.Done;
        }

        var change = AuditedAd.Change(AuditAction.CreateAd, null, ad);
        var outcome = await audit.RecordAsync(origin, change, () => store.AddAdAsync(ad, cancellation), IsDone, cancellation);
        if (outcome == ChangeOutcome.Done)
        {
            await catalog.ApplyAsync(new CatalogChange(Ad: ad));
        }

        return outcome;
    }

    /// <summary>Replaces an ad; the error if it was not.</summary>
    /// <param name="id">Which ad.</param>
    /// <param name="origin">Who replaces it.</param>
    /// <param name="decide">What it becomes, or why not; asked again when somebody else was faster.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ApiError?> ReplaceAsync(
        string id, AuditOrigin origin, Func<Ad, (ApiError? Error, Ad? Ad)> decide, CancellationToken cancellation)
    {
        var (error, made) = await turns.MakeAsync(() => TryReplaceAsync(id, origin, decide, cancellation), Busy, cancellation);
        if (made is not null)
        {
            await catalog.ApplyAsync(new CatalogChange(Ad: made));
        }

        return error;
    }

    /// <summary>Removes an ad; the error if it was not.</summary>
    /// <param name="id">Which ad.</param>
    /// <param name="origin">Who removes it.</param>
    /// <param name="refuse">Why not; asked again when somebody changed it meanwhile.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ApiError?> RemoveAsync(string id, AuditOrigin origin, Func<Ad, ApiError?> refuse, CancellationToken cancellation)
    {
        var (error, gone) = await turns.MakeAsync(() => TryRemoveAsync(id, origin, refuse, cancellation), Busy, cancellation);
        if (gone is not null)
        {
            await catalog.ApplyAsync(new CatalogChange(RemovedId: gone.Id));
        }

        return error;
    }

    private async Task<(ApiError? Error, Ad? Ad)?> TryReplaceAsync(
        string id, AuditOrigin origin, Func<Ad, (ApiError? Error, Ad? Ad)> decide, CancellationToken cancellation)
    {
        if (await store.FindAdAsync(id, cancellation) is not { } before)
        {
            return (CatalogErrors.AdNotFound, null);
        }

        var (error, wanted) = decide(before);
        if (wanted is null)
        {
            return (error, null);
        }

        var next = wanted with { UpdatedAt = clock.Now(), Version = before.Version + 1 };
        var change = AuditedAd.Change(AuditAction.UpdateAd, before, next);
        var outcome = await audit.RecordAsync(origin, change, () => store.ReplaceAdAsync(next, cancellation), IsDone, cancellation);
        return outcome == ChangeOutcome.Done ? (null, next) : null;
    }

    private async Task<(ApiError? Error, Ad? Ad)?> TryRemoveAsync(
        string id, AuditOrigin origin, Func<Ad, ApiError?> refuse, CancellationToken cancellation)
    {
        if (await store.FindAdAsync(id, cancellation) is not { } before)
        {
            return (CatalogErrors.AdNotFound, null);
        }

        if (refuse(before) is { } refused)
        {
            return (refused, null);
        }

        var change = AuditedAd.Change(AuditAction.DeleteAd, before, null);
        var outcome = await audit.RecordAsync(
            origin, change, () => store.RemoveAdAsync(id, before.Version, clock.Now(), cancellation), IsDone, cancellation);
        return outcome == ChangeOutcome.Done ? (null, before) : null;
    }

    private static bool IsDone(ChangeOutcome outcome) => outcome == ChangeOutcome.Done;
}
