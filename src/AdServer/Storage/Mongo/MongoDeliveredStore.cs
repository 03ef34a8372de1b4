using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>The pairs of <c>delivered_ads</c> in MongoDB. Every write may be repeated, by any host, after any pause.</summary>
internal sealed class MongoDeliveredStore(MongoRetry commands, MongoPackages packages) : IDeliveredStore
{
    public const string Collection = "delivered_ads";

    /// <summary>Pairs of one command.</summary>
    private const int MostAtOnce = 2000;

    private readonly MongoAdMarks marks = new(commands);

    public async Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation)
    {
        foreach (var part in sets.SelectMany(set => set.AdIds, (set, adId) => (set.Package, adId)).Chunk(MostAtOnce))
        {
            await AddAsync(part, cancellation);
        }
    }

    public IAsyncEnumerable<PackageAds> ReadDeliveredAdsAsync(CancellationToken cancellation) =>
        MongoPairs.ReadLiveAsync(commands, Collection, cancellation);

    public async Task<IReadOnlyList<PackageAds>> FindDeliveredAdsAsync(
        IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        var found = await commands.FindThoseAsync(Collection, pairs.Select(pair => (BsonValue)MongoPairs.IdOf(pair)), null, null, cancellation);
        return PackageAds.Sets(found.Select(MongoPairs.Read));
    }

    /// <summary>Where a copy reads the pairs: a database that was written before deliveries were noted by ad has only those that had an event.</summary>
    public static async Task<string> CollectionOfAsync(IMongoCommands commands, CancellationToken cancellation) =>
        await MongoSchema.HasNoDeliveredAsync(commands, cancellation) ? MongoPackageAds.Collection : Collection;

    /// <summary>
    /// Takes what had an event as delivered: of a database that was written before deliveries were noted, by ad. Done again it changes nothing,
    /// so whoever dies meanwhile begins anew at the next start.
    /// </summary>
    public static async Task FillAsync(MongoRetry commands, CancellationToken cancellation)
    {
        var seen = new MongoPackageAds(commands, new MongoPackages(commands, TimeProvider.System)).ReadAllAsync(cancellation);
        var pairs = seen.SelectMany(set => set.AdIds.Select(adId => (set.Package, adId)));
        await foreach (var some in pairs.Chunk(MongoVerbs.MostStatements).WithCancellation(cancellation))
        {
            await MongoPairs.InsertAsync(commands, Collection, some, cancellation);
        }
    }

    private async Task AddAsync(IReadOnlyList<(string Package, string AdId)> all, CancellationToken cancellation)
    {
        // Marks of removal are looked for, not ads: a node that is behind may not know a new one, and nobody sends the pair again.
        var gone = await marks.FindRemovedAsync(all.Select(pair => pair.AdId), cancellation);
        var pairs = all.Where(pair => !gone.Contains(pair.AdId)).ToList();
        await packages.NoteAsync(pairs.Select(pair => pair.Package), cancellation);
        await MongoPairs.InsertAsync(commands, Collection, pairs, cancellation);
        await marks.ReopenAsync([.. pairs.Select(pair => pair.AdId).Distinct()], 0, cancellation);
    }
}
