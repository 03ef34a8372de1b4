using AdServer.Commands.Copying;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>What a copy is compared by, of a store in MongoDB.</summary>
internal sealed class MongoCopyEnd(MongoRetry commands, IStatsStore stats)
{
    /// <summary>Batches that one command counts the events of.</summary>
    private const int MostBatches = 200;

    private static readonly BsonDocument IsThere = new("removedAt", BsonNull.Value);

    private static readonly BsonDocument IsRemoved = new("removedAt", new BsonDocument("$ne", BsonNull.Value));

    private readonly MongoBatches batches = new(commands);
    private readonly MongoAdMarks marks = new(commands);
    private readonly MongoRawSince rawSince = new(commands);

    public async Task<CopyCounts> CountAsync(CancellationToken cancellation)
    {
        var (events, ids) = await CountEventsAsync(cancellation);
        return await CountRowsAsync(cancellation) with { Events = events, EventIds = ids };
    }

    /// <summary>The counts of all but events.</summary>
    public async Task<CopyCounts> CountRowsAsync(CancellationToken cancellation)
    {
        var gone = await marks.ListUnsweptAsync(cancellation);
        var live = new BsonDocument("adId", new BsonDocument("$nin", new BsonArray(gone)));
        return new CopyCounts(
            await CountAsync(MongoPerformers.Collection, IsThere, cancellation),
            await CountAsync(MongoAccessStore.Collection, IsThere, cancellation),
            await CountAsync(MongoAds.Collection, MongoAds.Live, cancellation),
            await CountAsync(MongoAds.Collection, IsRemoved, cancellation),
            await CountAsync(MongoPackages.Collection, [], cancellation),
            Events: 0,
            EventIds: 0,
            Deliveries: await CountAsync(MongoCounters.Deliveries, live, cancellation),
            Requests: await CountAsync(MongoCounters.Requests, [], cancellation),
            Delivered: await CountAsync(await MongoDeliveredStore.CollectionOfAsync(commands, cancellation), live, cancellation))
        {
            Tokens = await CountAsync(MongoTokenStore.Collection, MongoCopySource.IsMade, cancellation),
            Credentials = await CountAsync(MongoCredentialStore.Collection, [], cancellation),
            Audit = await CountAsync(MongoAuditStore.Collection, [], cancellation),
            SigningKeys = await CountAsync(MongoSigningKeyStore.Collection, [], cancellation),
            RawSince = await rawSince.ReadAsync(cancellation),
            Kept = await CountKeptAsync(cancellation),
        };
    }

    private async Task<long> CountKeptAsync(CancellationToken cancellation)
    {
        var kept = 0L;
        if (await rawSince.ReadAsync(cancellation) is { } since)
        {
            foreach (var collection in MongoDerived.All)
            {
                kept += await CountAsync(collection, new BsonDocument("date", new BsonDocument("$lt", since.ToString())), cancellation);
            }
        }

        return kept;
    }

    public async Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) =>
        (await stats.ReadAsync(query, cancellation)).Rows;

    /// <summary>The committed events that were not swept, of days whose raw events are kept, and the identities from clients: an event without a commit record does not exist.</summary>
    private async Task<(long Events, long Ids)> CountEventsAsync(CancellationToken cancellation)
    {
        var (events, ids) = (0L, 0L);
        var isKept = new BsonDocument("day", new BsonDocument("$gte", (await rawSince.ReadAsync(cancellation))?.ToString() ?? string.Empty));
        var committed = commands.ScanAsync(
            MongoBatches.Collection, new BsonDocument("sealed", false), new BsonDocument("_id", 1), MongoVerbs.PageSize, cancellation);
        await foreach (var some in committed.Chunk(MostBatches).WithCancellation(cancellation))
        {
            var batch = new BsonDocument("batch", MongoVerbs.In(some.Select(record => record["_id"])));
            events += await CountAsync(MongoEvents.Collection, new BsonDocument(batch).AddRange(isKept), cancellation);
            ids += await CountAsync(
                MongoEvents.Collection, new BsonDocument(batch) { { "_id", new BsonDocument("$gte", string.Empty) } }, cancellation);
        }

        return (events, ids);
    }

    private async Task<long> CountAsync(string collection, BsonDocument filter, CancellationToken cancellation)
    {
        var count = new BsonDocument { { "count", collection }, { "query", filter } };
        return (await commands.RunAsync(count.Deciding(), cancellation))["n"].ToInt64();
    }
}
