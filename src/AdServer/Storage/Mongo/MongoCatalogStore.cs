using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Performers and ads in MongoDB, by writes of single documents that may be executed twice. Between an ad that is added and its performer that is removed
/// the performer's document decides: an ad is announced there, and a removal goes through only if none was since it looked.
/// </summary>
/// <param name="commands">The engine; it tries again what failed in passing.</param>
/// <param name="clock">For the names of calls.</param>
internal sealed class MongoCatalogStore(IMongoCommands commands, TimeProvider clock) : ICatalogStore
{
    /// <summary>How often a removal looks again because ads were announced meanwhile.</summary>
    private const int MostTries = 20;

    /// <summary>
    /// What was written at most so long before a moment is listed again: a write is seen only once a majority has it, and servers'
    /// clocks differ.
    /// </summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private readonly MongoPerformers performers = new(commands);
    private readonly MongoAds ads = new(commands);

    public Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation) =>
        performers.AddAsync(performer, cancellation);

    public Task<Performer?> FindPerformerAsync(string id, CancellationToken cancellation) => performers.FindAsync(id, cancellation);

    public Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation) =>
        performers.FindByEmailAsync(emailKey, cancellation);

    public Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation) =>
        performers.ReplaceAsync(performer, NewChange(), cancellation);

    public async Task<ChangeOutcome> RemovePerformerAsync(string id, long? version, CancellationToken cancellation)
    {
        var change = NewChange();
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            if (await performers.ReadAddsAsync(id, cancellation) is not var (adds, held))
            {
                return ChangeOutcome.Missing;
            }

            if (held != (version ?? held))
            {
                return ChangeOutcome.Stale;
            }

            if (await HasAdsAsync(id, cancellation))
            {
                return ChangeOutcome.InUse;
            }

            var (isGone, byUs) = await performers.RemoveAsync(id, adds, held, change, cancellation);
            if (isGone)
            {
                return byUs ? ChangeOutcome.Done : ChangeOutcome.Missing;
            }
        }

        return ChangeOutcome.InUse;
    }

    public Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        performers.ListAsync(after, limit, cancellation);

    public Task<ILookup<string, string>> ListAdIdsAsync(IReadOnlyCollection<string> performerIds, CancellationToken cancellation) =>
        ads.ListIdsAsync(performerIds, cancellation);

    public async Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation)
    {
        if (!await ads.AddPendingAsync(ad, cancellation))
        {
            return ChangeOutcome.Removed;
        }

        if (!await performers.AnnounceAdAsync(ad.PerformerId, cancellation))
        {
            await ads.DropPendingAsync(ad.Id, cancellation);
            return ChangeOutcome.Missing;
        }

        return await ads.SettleAsync(ad.Id, cancellation) ? ChangeOutcome.Done : ChangeOutcome.Missing;
    }

    public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation) => ads.FindAsync(id, cancellation);

    public Task<ChangeOutcome> ReplaceAdAsync(Ad ad, CancellationToken cancellation) => ads.ReplaceAsync(ad, NewChange(), cancellation);

    public Task<ChangeOutcome> RemoveAdAsync(string id, long? version, DateTimeOffset at, CancellationToken cancellation) =>
        ads.RemoveAsync(id, version, at, NewChange(), cancellation);

    public Task<IReadOnlyList<Ad>> ListAdsAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        ads.ListAsync(null, after, limit, cancellation);

    public Task<IReadOnlyList<Ad>> ListAdsOfAsync(string performerId, ListPlace? after, int limit, CancellationToken cancellation) =>
        ads.ListAsync(performerId, after, limit, cancellation);

    public bool IsShared => true;

    public async Task<DateTimeOffset?> ReadSharedClockAsync(CancellationToken cancellation) =>
        (await commands.RunAsync(new BsonDocument("hello", 1), cancellation)).Instant("localTime");

    public IAsyncEnumerable<CatalogChange> ListChangesAsync(DateTimeOffset? since, CancellationToken cancellation)
    {
        var from = since is { } moment ? (moment - Overlap, string.Empty) : ((DateTimeOffset, string)?)null;
        return performers.ListChangesAsync(from, cancellation).Concat(ads.ListChangesAsync(from, cancellation));
    }

    /// <summary>
    /// Takes back the ads that are not settled, whose callers then find them gone, and looks for settled ones. Whoever announced an ad before
    /// the count was read has it in one of the two; whoever does so later changes the count.
    /// </summary>
    private async Task<bool> HasAdsAsync(string performerId, CancellationToken cancellation)
    {
        if (await ads.HasAnyAsync(performerId, cancellation))
        {
            return true;
        }

        await ads.DropAllPendingAsync(performerId, cancellation);
        return await ads.TouchAllAsync(performerId, cancellation);
    }

    private string NewChange() => Ids.New(clock.Now());
}
