using AdServer.Access;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Serving;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// A database that is filled by a copy, by writes that may all be repeated: each document has an <c>_id</c> that follows from what is
/// copied and from how much was there before it, and is only ever inserted. The mark follows when the rows are durable.
/// </summary>
internal sealed class MongoCopyTarget(
    MongoRetry commands, MongoSettings settings, StorageLocation location, IStatsStore stats, TimeProvider clock) : ICopyTarget
{
    private readonly MongoCopyMark marks = new(commands, settings);
    private readonly MongoCopyEnd end = new(commands, stats);
    private readonly MongoCopyBatches batches = new(commands, clock);

    public string Name => location.Name;

    public Task<CopyMark> BeginAsync(string source, CancellationToken cancellation) => marks.BeginAsync(source, cancellation);

    public async Task WriteAsync(CopyRows? rows, CopyMark before, CopyMark after, CancellationToken cancellation)
    {
        await (rows switch
        {
            null => Task.CompletedTask,
            CopyRows.Performers { Items: var items } => AddAsync(MongoPerformers.Collection, items.Select(MongoPerformers.Write), cancellation),
            CopyRows.Developers { Items: var items } => InsertAsync(MongoAccessStore.Collection, items.Select(MongoAccessStore.Write), cancellation),
            CopyRows.Tokens { Items: var items } => AddAsync(MongoTokenStore.Collection, items.Select(MongoTokenStore.Write), cancellation),
            CopyRows.Audit { Items: var items } => AddAuditAsync(items, cancellation),
            CopyRows.Credentials { Items: var items } =>
                InsertAsync(MongoCredentialStore.Collection, items.Select(MongoCredentialStore.Write), cancellation),
            CopyRows.SigningKeys { Items: var items } => InsertAsync(
                MongoSigningKeyStore.Collection, items.Select(MongoSigningKeyStore.Write), cancellation),
            CopyRows.Ads { Items: var items } => AddAsync(MongoAds.Collection, items.Select(WriteAd), cancellation),
            CopyRows.Packages { Items: var items } => InsertAsync(
                MongoPackages.Collection, items.Select((name, index) => Package(name, before.Done + index)), cancellation),
            CopyRows.RawSince { Items: var items } => SayAsync(items, cancellation),
            CopyRows.Kept { Rows: var rolled } => AddKeptAsync(rolled, cancellation),
            CopyRows.Events { Items: var items } => batches.AddEventsAsync(items, before.Done, cancellation),
            CopyRows.EventIds { Items: var items } => batches.AddIdsAsync(items, before.Done, cancellation),
            CopyRows.Deliveries { Items: var items } => AddDeliveriesAsync(items, cancellation),
            CopyRows.Requests { Items: var items } => commands.UpdateAsync(
                MongoCounters.Requests, items.Select(one => MongoCounters.Replace(one.Process, one.Total)), cancellation),
            CopyRows.Delivered { Items: var items } => MongoPairs.InsertAsync(commands, MongoDeliveredStore.Collection, items, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(rows)),
        });
        await marks.ReplaceAsync(after, cancellation);
    }

    public Task<CopyCounts> CountAsync(CancellationToken cancellation) => end.CountAsync(cancellation);

    public Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) =>
        end.ReadStatsAsync(query, cancellation);

    /// <summary>Makes those that are not there, with the engine's time as that of their change.</summary>
    private Task<long> AddAsync(string collection, IEnumerable<BsonDocument> documents, CancellationToken cancellation)
    {
        var stamp = new BsonDocument("changedAt", true);
        return commands.UpdateAsync(
            collection,
            from document in documents
            let id = new BsonDocument("_id", document["_id"])
            let fields = new BsonDocument(document.Where(field => field.Name != "_id"))
            select MongoVerbs.Statement(id, new BsonDocument { { "$setOnInsert", fields }, { "$currentDate", stamp } }, upsert: true),
            cancellation);
    }

    private Task<IReadOnlyList<int>> InsertAsync(string collection, IEnumerable<BsonDocument> documents, CancellationToken cancellation) =>
        commands.InsertAsync(collection, [.. documents], MongoVerbs.MostStatements, cancellation);

    /// <summary>The ends first: an entry that is there has its end then.</summary>
    private async Task AddAuditAsync(IReadOnlyList<AuditEntry> items, CancellationToken cancellation)
    {
        var ends = items.Where(one => one.EndedAt is not null).Select(one => MongoAuditStore.WriteEnd(one.Id, one.Outcome, one.EndedAt!.Value));
        await InsertAsync(MongoAuditStore.Ends, ends, cancellation);
        await InsertAsync(MongoAuditStore.Collection, items.Select(MongoAuditStore.Write), cancellation);
    }

    private async Task SayAsync(IReadOnlyList<(UtcDay On, UtcDay Day)> said, CancellationToken cancellation)
    {
        foreach (var (on, day) in said)
        {
            await new MongoRawSince(commands).RaiseAsync(on, day, cancellation);
        }
    }

    /// <summary>Rows that include no roll of this store yet, each only where it is not there, and the package sets that follow from them.</summary>
    private async Task AddKeptAsync(RollUp kept, CancellationToken cancellation)
    {
        var pairs = kept.PackageDays.Keys.Select(key => (key.Package, key.AdId)).Distinct();
        await MongoPackageAds.InsertAsync(commands, [.. pairs], cancellation);
        await MongoDerived.AddRowsAsync(commands, kept, roll: 0, clock.Now(), cancellation);
    }

    private async Task AddDeliveriesAsync(IReadOnlyList<(string Process, DeliveryTotal Total)> items, CancellationToken cancellation)
    {
        var performers = await new MongoAdMarks(commands).FindPerformersAsync(items.Select(one => one.Total.AdId), cancellation);
        await commands.UpdateAsync(
            MongoCounters.Deliveries,
            from one in items
            where performers.ContainsKey(one.Total.AdId)
            select MongoCounters.Replace(one.Process, one.Total, performers[one.Total.AdId]),
            cancellation);
    }

    private static BsonDocument WriteAd(CopiedAd copied)
    {
        var document = MongoAds.Write(copied.Ad);
        document.Add("removedAt", () => MongoFields.Instant(copied.RemovedAt!.Value), copied.RemovedAt is not null);
        document.Add("swept", true, copied.IsSwept);
        return document;
    }

    /// <summary>A package with its place before all that come later.</summary>
    private static BsonDocument Package(string name, long place) => new() { { "_id", name }, { "order", MongoCopyBatches.NameOf(place, "copied") } };
}
