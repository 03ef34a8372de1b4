using AdServer.Access;

namespace AdServer.Catalog;

/// <summary>What serving needs of the catalogue in a database: everything once, and then what changed. Lists are ordered by creation.</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ICatalogReader
{
    /// <summary>Whether other processes may write to it: else what this one knows is all there is.</summary>
    bool IsShared { get; }

    Task<Performer?> FindPerformerAsync(string id, CancellationToken cancellation);

    Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation);

    /// <summary>An ad that was not removed.</summary>
    Task<Ad?> FindAdAsync(string id, CancellationToken cancellation);

    Task<IReadOnlyList<Ad>> ListAdsAsync(ListPlace? after, int limit, CancellationToken cancellation);

    /// <summary>
    /// The ads and performers that anybody wrote since a moment of the store's own time, as they are now, and the marks of removed ones;
    /// absent: all there are. What was written shortly before comes too. Nothing if this process alone writes.
    /// </summary>
    IAsyncEnumerable<CatalogChange> ListChangesAsync(DateTimeOffset? since, CancellationToken cancellation);

    /// <summary>The store's own time, if other processes may write to it; nothing if this one alone does.</summary>
    Task<DateTimeOffset?> ReadSharedClockAsync(CancellationToken cancellation);
}

/// <summary>What managing the catalogue needs of a database, beside reading it. Lists are ordered by creation (<c>createdAt</c>, then <c>_id</c>).</summary>
/// <exception cref="Common.StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ICatalogStore : ICatalogReader
{
    /// <summary>
    /// Adds a performer unless one has the address: then that one is returned, also to the loser of a race. Adding what is there adds nothing, and
    /// says that it was added; of one that was removed since it may say that it was not.
    /// </summary>
    Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation);

    Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation);

    /// <summary>Replaces the performer if the store still has the version before it.</summary>
    Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation);

    /// <summary>
    /// Removes a performer that has no ads left, if the store still has this version of it: <see cref="ChangeOutcome.InUse"/> if it has ads.
    /// Without a version whichever it has.
    /// </summary>
    Task<ChangeOutcome> RemovePerformerAsync(string id, long? version, CancellationToken cancellation);

    /// <summary>The ads of each of these performers, in order of creation; a performer without ads is absent.</summary>
    Task<ILookup<string, string>> ListAdIdsAsync(IReadOnlyCollection<string> performerIds, CancellationToken cancellation);

    /// <summary>
    /// Adds an ad; <see cref="ChangeOutcome.Missing"/> if its performer has gone. Adding what is there adds nothing and is done;
    /// <see cref="ChangeOutcome.Removed"/> if it was removed since.
    /// </summary>
    Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation);

    /// <summary>Replaces the ad if the store still has the version before it.</summary>
    Task<ChangeOutcome> ReplaceAdAsync(Ad ad, CancellationToken cancellation);

    /// <summary>
    /// Marks the ad as removed, if the store still has this version of it, in one atomic step and for ever: from then on no list and no report
    /// shows it. Without a version whichever it has.
    /// </summary>
    Task<ChangeOutcome> RemoveAdAsync(string id, long? version, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>The ads of one performer that were not removed.</summary>
    Task<IReadOnlyList<Ad>> ListAdsOfAsync(string performerId, ListPlace? after, int limit, CancellationToken cancellation);
}

/// <summary>How a conditional change ended. A rule that the store keeps is an outcome, not an exception.</summary>
internal enum ChangeOutcome
{
    Done,

    /// <summary>There is no such thing, or not any more.</summary>
    Missing,

    /// <summary>Somebody else changed it first: read again and decide again.</summary>
    Stale,

    /// <summary>Another one has this e-mail address.</summary>
    EmailTaken,

    /// <summary>Others refer to it.</summary>
    InUse,

    /// <summary>It was there before, and was removed for ever.</summary>
    Removed,
}
