using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// What the derived collections need to know of <c>ads</c>: which are removed, and how far their traces are swept. <c>swept</c> says that
/// nothing is left; <c>asked</c> counts who asked to look again; <c>rolled</c> is the last roll with an event of the removed ad.
/// </summary>
internal sealed class MongoAdMarks(MongoRetry commands)
{
    public const string Collection = "ads";

    private static readonly BsonDocument IsRemoved = new("removedAt", new BsonDocument("$gt", new BsonDateTime(long.MinValue)));

    private static readonly BsonDocument IsUnswept = MongoVerbs.And(new BsonDocument("swept", BsonNull.Value), IsRemoved);

    /// <summary>Those of some ads that are removed. An ad that nobody knows is not: its document may not be visible here yet.</summary>
    public async Task<IReadOnlySet<string>> FindRemovedAsync(IEnumerable<string> adIds, CancellationToken cancellation) =>
        (await commands.FindThoseAsync(Collection, Values(adIds), IsRemoved, new BsonDocument("_id", 1), cancellation))
            .Select(ad => ad["_id"].AsString).ToHashSet();

    /// <summary>Whether any ad was ever removed.</summary>
    public async Task<bool> AreThereAsync(CancellationToken cancellation) =>
        (await commands.FindAsync(Collection, IsRemoved, null, 1, new BsonDocument("_id", 1), cancellation)).Documents.Count > 0;

    /// <summary>When those of some ads that are removed were.</summary>
    public async Task<IReadOnlyList<(string Id, DateTimeOffset At)>> ListRemovalsAsync(IEnumerable<string> adIds, CancellationToken cancellation) =>
        [.. (await commands.FindThoseAsync(Collection, Values(adIds), IsRemoved, new BsonDocument("removedAt", 1), cancellation))
            .Select(ad => (ad.Text("_id"), ad.InstantOrNull("removedAt")!.Value))];

    /// <summary>The performers of those of some ads that exist and are not removed.</summary>
    public async Task<IReadOnlyDictionary<string, string>> FindPerformersAsync(IEnumerable<string> adIds, CancellationToken cancellation) =>
        (await commands.FindThoseAsync(
            Collection, Values(adIds), new BsonDocument("removedAt", BsonNull.Value), new BsonDocument("performerId", 1), cancellation))
            .ToDictionary(ad => ad["_id"].AsString, ad => ad["performerId"].AsString);

    /// <summary>Removed ads that may have traces: what a report has to leave out.</summary>
    public async Task<IReadOnlySet<string>> ListUnsweptAsync(CancellationToken cancellation) =>
        await commands.ScanAsync(Collection, IsUnswept, new BsonDocument("_id", 1), MongoVerbs.PageSize, cancellation)
            .Select(ad => ad["_id"].AsString).ToHashSetAsync(cancellationToken: cancellation);

    /// <summary>Some removed ads that may have traces.</summary>
    public async Task<IReadOnlyList<MongoRemovedAd>> ListUnsweptAsync(int limit, CancellationToken cancellation) =>
        [.. (await commands.FindAsync(Collection, IsUnswept, new BsonDocument("_id", 1), limit, null, cancellation)).Documents.Select(ad =>
            new MongoRemovedAd(ad["_id"].AsString, ad.GetValue("asked", 0L).ToInt64(), ad.GetValue("rolled", 0L).ToInt64()))];

    /// <summary>
    /// Has those of some ads that are removed swept again, because something was written after a look that said they were not. To be
    /// called after the write, before the roll is marked as applied.
    /// </summary>
    public async Task ReopenAsync(IEnumerable<string> adIds, long roll, CancellationToken cancellation)
    {
        var again = new BsonDocument
        {
            { "$unset", new BsonDocument("swept", "") },
            { "$inc", new BsonDocument("asked", 1L) },
            { "$max", new BsonDocument("rolled", roll) },
        };
        // The write itself looks: a read may come from a node that has not heard of the removal.
        var those = adIds.Distinct().Chunk(MongoVerbs.MostStatements)
            .Select(some => MongoVerbs.And(new BsonDocument("_id", MongoVerbs.In(Values(some))), IsRemoved));
        await commands.UpdateAsync(Collection, those.Select(filter => MongoVerbs.Statement(filter, again, multi: true)), cancellation);
    }

    /// <summary>Says that nothing is left of a removed ad, unless somebody asked to look again since.</summary>
    public Task MarkSweptAsync(IEnumerable<MongoRemovedAd> ads, CancellationToken cancellation) =>
        commands.UpdateAsync(
            Collection,
            ads.Select(ad => MongoVerbs.Statement(
                new BsonDocument { { "_id", ad.Id }, { "asked", MongoVerbs.In(ad.Asked == 0 ? [BsonNull.Value, 0L] : [ad.Asked]) } },
                new BsonDocument("$set", new BsonDocument("swept", true)))),
            cancellation);

    private static IEnumerable<BsonValue> Values(IEnumerable<string> ids) => ids.Distinct().Select(id => (BsonValue)id);
}

/// <summary>A removed ad whose traces are to be swept.</summary>
internal sealed record MongoRemovedAd(string Id, long Asked, long Rolled);
