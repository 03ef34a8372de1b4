using AdServer.Access;
using AdServer.Catalog;

namespace AdServer.Storage.Sqlite;

/// <summary>Performers and ads in SQLite. Changes are conditional on the version; the single writer makes check and change one step.</summary>
internal sealed class SqliteCatalogStore(SqliteDatabase database) : ICatalogStore
{
    public Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation) =>
        Change(
            session => SqlitePerformers.Add(session, performer) ? (performer, true)
                : SqlitePerformers.Find(session, performer.Id) is { } before ? (before, true)
                : (SqlitePerformers.FindByEmail(session, performer.EmailKey)!, false),
            cancellation);

    public Task<Performer?> FindPerformerAsync(string id, CancellationToken cancellation) =>
        database.ReadAsync(session => SqlitePerformers.Find(session, id), cancellation);

    public Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation) =>
        database.ReadAsync(session => SqlitePerformers.FindByEmail(session, emailKey), cancellation);

    public Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation) =>
        Change(
            session =>
            {
                var held = SqlitePerformers.Find(session, performer.Id);
                var outcome = Allow(held?.Version, performer.Version);
                if (outcome != ChangeOutcome.Done)
                {
                    return outcome;
                }

                var other = SqlitePerformers.FindByEmail(session, performer.EmailKey);
                if (other is not null && other.Id != performer.Id)
                {
                    return ChangeOutcome.EmailTaken;
                }

                SqlitePerformers.Replace(session, performer);
                return ChangeOutcome.Done;
            },
            cancellation);

    public Task<ChangeOutcome> RemovePerformerAsync(string id, long? version, CancellationToken cancellation) =>
        Change(
            session => SqlitePerformers.Find(session, id) is not { } held ? ChangeOutcome.Missing
                : held.Version != (version ?? held.Version) ? ChangeOutcome.Stale
                : SqlitePerformers.RemoveIfFree(session, id) ? ChangeOutcome.Done
                : ChangeOutcome.InUse,
            cancellation);

    public Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => SqlitePerformers.List(session, after, limit), cancellation);

    public Task<ILookup<string, string>> ListAdIdsAsync(IReadOnlyCollection<string> performerIds, CancellationToken cancellation) =>
        database.ReadAsync(session => SqliteAds.ListIds(session, performerIds), cancellation);

    public Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation) =>
        Change(
            session => SqliteAds.Add(session, ad) || SqliteAds.Find(session, ad.Id) is not null ? ChangeOutcome.Done
                : SqliteAds.IsRemoved(session, ad.Id) ? ChangeOutcome.Removed
                : ChangeOutcome.Missing,
            cancellation);

    public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation) =>
        database.ReadAsync(session => SqliteAds.Find(session, id), cancellation);

    public Task<ChangeOutcome> ReplaceAdAsync(Ad ad, CancellationToken cancellation) =>
        Change(
            session =>
            {
                var outcome = Allow(SqliteAds.Find(session, ad.Id)?.Version, ad.Version);
                if (outcome == ChangeOutcome.Done)
                {
                    SqliteAds.Replace(session, ad);
                }

                return outcome;
            },
            cancellation);

    public Task<ChangeOutcome> RemoveAdAsync(string id, long? version, DateTimeOffset at, CancellationToken cancellation) =>
        Change(
            session => SqliteAds.Find(session, id) is not { } held ? ChangeOutcome.Missing
                : held.Version != (version ?? held.Version) ? ChangeOutcome.Stale
                : SqliteAds.Remove(session, id, at) ? ChangeOutcome.Done
                : ChangeOutcome.Missing,
            cancellation);

    public Task<IReadOnlyList<Ad>> ListAdsAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => SqliteAds.List(session, after, limit), cancellation);

    public Task<IReadOnlyList<Ad>> ListAdsOfAsync(string performerId, ListPlace? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => SqliteAds.ListOf(session, performerId, after, limit), cancellation);

    /// <summary>The file is locked by this process: nobody else writes.</summary>
    public bool IsShared => false;

    public Task<DateTimeOffset?> ReadSharedClockAsync(CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(null);

    public IAsyncEnumerable<CatalogChange> ListChangesAsync(DateTimeOffset? since, CancellationToken cancellation) =>
        AsyncEnumerable.Empty<CatalogChange>();

    /// <summary>Whether a change to this version may be made of the version that is held.</summary>
    private static ChangeOutcome Allow(long? held, long wanted) =>
        held is null ? ChangeOutcome.Missing
        : held == wanted - 1 ? ChangeOutcome.Done
        : ChangeOutcome.Stale;

    private Task<T> Change<T>(Func<SqliteSession, T> work, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Urgent, work, cancellation);
}
