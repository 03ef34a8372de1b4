using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>A store in MongoDB that is moved elsewhere: each collection by <c>_id</c>, the events in the order of their commits.</summary>
internal sealed class MongoCopySource(
    MongoRetry commands, MongoSpools spools, StorageLocation location, IStatsStore stats, TimeProvider clock) : ICopySource
{
    private const int MostRows = 1000;

    private readonly MongoCopyEnd end = new(commands, stats);
    private readonly MongoCopyEvents events = new(commands);
    private readonly MongoCopyIds ids = new(commands);
    private readonly MongoCopyKept kept = new(commands, clock);
    private readonly MongoPackages packages = new(commands, clock);

    public string Name => location.Name;

    public Task<CopyPiece?> ReadAsync(CopyStage stage, string place, CancellationToken cancellation)
    {
        var after = StoragePlace.Read(place);
        return stage switch
        {
            CopyStage.Performers => PageAsync(
                MongoPerformers.Collection, IsThere, after, page => new CopyRows.Performers([.. page.Select(MongoPerformers.Read)]), cancellation),
            CopyStage.Developers => PageAsync(
                MongoAccessStore.Collection, IsThere, after, page => new CopyRows.Developers([.. page.Select(MongoAccessStore.Read)]), cancellation),
            CopyStage.Tokens => PageAsync(
                MongoTokenStore.Collection, IsMade, after, page => new CopyRows.Tokens([.. page.Select(MongoTokenStore.Read)]), cancellation),
            CopyStage.Credentials => PageAsync(
                MongoCredentialStore.Collection, [], after, page => new CopyRows.Credentials([.. page.Select(MongoCredentialStore.Read)]), cancellation),
            CopyStage.Audit => ReadAuditAsync(after, cancellation),
            CopyStage.SigningKeys => PageAsync(
                MongoSigningKeyStore.Collection, [], after, page => new CopyRows.SigningKeys([.. page.Select(MongoSigningKeyStore.Read)]), cancellation),
            CopyStage.Ads => PageAsync(MongoAds.Collection, IsSettled, after, page => new CopyRows.Ads([.. page.Select(ReadAd)]), cancellation),
            CopyStage.Packages => ReadPackagesAsync(after, cancellation),
            CopyStage.RawSince => kept.SayAsync(after, cancellation),
            CopyStage.Kept => kept.ReadAsync(after, cancellation),
            CopyStage.Events => events.ReadAsync(after, cancellation),
            CopyStage.EventIds => ids.ReadAsync(after, cancellation),
            CopyStage.Deliveries => ReadDeliveriesAsync(after, cancellation),
            CopyStage.Requests => PageAsync(
                MongoCounters.Requests, [], after, page => new CopyRows.Requests([.. page.Select(MongoCounters.ReadRequests)]), cancellation),
            CopyStage.Delivered => ReadDeliveredAsync(after, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(stage)),
        };
    }

    /// <exception cref="StartException">A server holds events that the engine does not have: a copy would miss them.</exception>
    public async Task<CopyCounts> CountAsync(CancellationToken cancellation)
    {
        await spools.RequireEmptyAsync(Name, cancellation);
        return await end.CountAsync(cancellation);
    }

    public Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) =>
        end.ReadStatsAsync(query, cancellation);

    public Task<IReadOnlyList<string>> ReadRemarksAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

    private static BsonDocument IsThere => new("removedAt", BsonNull.Value);

    /// <summary>A token that somebody made, and no session.</summary>
    public static BsonDocument IsMade => new(MongoTokenStore.SubjectField, BsonNull.Value);

    private static BsonDocument IsSettled => new("pending", BsonNull.Value);

    private static CopiedAd ReadAd(BsonDocument ad) => new(MongoAds.Read(ad), ad.InstantOrNull("removedAt"), ad.Has("swept"));

    private async Task<CopyPiece?> ReadAuditAsync(string[]? after, CancellationToken cancellation)
    {
        var filter = after is null ? [] : new BsonDocument("_id", new BsonDocument("$gt", after[0]));
        var found = await commands.FindAsync(MongoAuditStore.Collection, filter, new BsonDocument("_id", 1), MostRows, null, cancellation);
        var page = await MongoAuditStore.JoinAsync(commands, found, MostRows, cancellation);
        return page.Items is [.., var last] ? new CopyPiece(new CopyRows.Audit(page.Items), StoragePlace.Of(last.Id)) : null;
    }

    private async Task<CopyPiece?> ReadDeliveriesAsync(string[]? after, CancellationToken cancellation) => await PageAsync(
        MongoCounters.Deliveries,
        await OfLiveAdsAsync(cancellation),
        after,
        page => new CopyRows.Deliveries([.. page.Select(MongoCounters.ReadDeliveries)]),
        cancellation);

    private async Task<CopyPiece?> ReadDeliveredAsync(string[]? after, CancellationToken cancellation) => await PageAsync(
        await MongoDeliveredStore.CollectionOfAsync(commands, cancellation),
        await OfLiveAdsAsync(cancellation),
        after,
        page => new CopyRows.Delivered([.. page.Select(MongoPairs.Read)]),
        cancellation);

    private async Task<BsonDocument> OfLiveAdsAsync(CancellationToken cancellation) =>
        new("adId", new BsonDocument("$nin", new BsonArray(await new MongoAdMarks(commands).ListUnsweptAsync(cancellation))));

    /// <summary>All names are read for each page, since their order is that of another field; they are few, as every server keeps them in memory.</summary>
    private async Task<CopyPiece?> ReadPackagesAsync(string[]? after, CancellationToken cancellation)
    {
        var names = await packages.ListAsync(cancellation);
        var begin = after is null ? 0 : names.ToList().IndexOf(after[0]) + 1;
        var page = names.Skip(begin).Take(MostRows).ToList();
        return page is [.., var last] ? new CopyPiece(new CopyRows.Packages(page), StoragePlace.Of(last)) : null;
    }

    private async Task<CopyPiece?> PageAsync(
        string collection, BsonDocument filter, string[]? after, Func<IReadOnlyList<BsonDocument>, CopyRows> read, CancellationToken cancellation)
    {
        var most = collection == MongoAds.Collection ? CopyRows.Ads.Most : MostRows;
        var next = after is null ? filter : MongoVerbs.And(filter, new BsonDocument("_id", new BsonDocument("$gt", after[0])));
        var page = await commands.FindAsync(collection, next, new BsonDocument("_id", 1), most, null, cancellation);
        return page.Documents is [.., var last] ? new CopyPiece(read(page.Documents), StoragePlace.Of(last.Text("_id"))) : null;
    }
}
