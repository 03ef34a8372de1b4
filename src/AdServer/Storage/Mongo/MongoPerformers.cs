using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The commands on <c>performers</c>. A removed one stays as a mark without name and address, so that other hosts hear of it.
/// </summary>
/// <remarks>
/// <c>changedAt</c> is the engine's time of the last write and what other hosts ask by; <c>change</c> names the call that wrote last, so that a
/// write that was executed without an answer is known when it is tried again; <c>adds</c> counts the ads that were about to be added.
/// </remarks>
internal sealed class MongoPerformers(IMongoCommands commands)
{
    public const string Collection = "performers";

    /// <summary>How often an address may be taken when we write and free when we look.</summary>
    private const int MostTries = 20;

    private static readonly BsonDocument Stamp = new("changedAt", true);

    /// <summary>Adds it unless its address is taken: then the one that has it.</summary>
    public async Task<(Performer Performer, bool Added)> AddAsync(Performer performer, CancellationToken cancellation)
    {
        var fields = Fields(performer).Add("createdAt", MongoFields.Instant(performer.CreatedAt));
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            // An update that makes the document, since only an update can ask for the engine's time. A second one changes nothing else.
            var add = MongoWrites.Update(
                Collection, new("_id", performer.Id), new() { { "$setOnInsert", fields }, { "$currentDate", Stamp } }, upsert: true);
            var reply = await commands.RunAsync(add, cancellation);
            if (!reply.IsDuplicate())
            {
                return reply.Contains("upserted") ? (performer, true) : await FindAddedAsync(performer, cancellation);
            }

            if (await FindByEmailAsync(performer.EmailKey, cancellation) is { } held)
            {
                return (held, held.Id == performer.Id);
            }
        }

        throw new StoreUnavailableException("The MongoDB server says that an e-mail address is taken, and does not say by whom");
    }

    /// <summary>What an earlier attempt has added, which somebody may have changed or removed since.</summary>
    private async Task<(Performer Performer, bool Added)> FindAddedAsync(Performer performer, CancellationToken cancellation) =>
        await FindDocumentAsync(new("_id", performer.Id), cancellation) is not { } held ? (performer, true)
            : held.Has("removedAt") ? (performer, false)
            : (Read(held), true);

    /// <summary>A performer that was not removed.</summary>
    public async Task<Performer?> FindAsync(string id, CancellationToken cancellation) =>
        await FindDocumentAsync(new("_id", id), cancellation) is { } document && !document.Has("removedAt") ? Read(document) : null;

    public async Task<Performer?> FindByEmailAsync(string emailKey, CancellationToken cancellation) =>
        await FindDocumentAsync(new("emailKey", emailKey), cancellation) is { } document ? Read(document) : null;

    /// <summary>Replaces it if the version before is held.</summary>
    /// <param name="performer">The next version.</param>
    /// <param name="change">Names this call.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ChangeOutcome> ReplaceAsync(Performer performer, string change, CancellationToken cancellation)
    {
        var filter = Live(performer.Id).Add("version", performer.Version - 1);
        var update = new BsonDocument { { "$set", Fields(performer).Add("change", change) }, { "$currentDate", Stamp } };
        var reply = await commands.RunAsync(MongoWrites.Update(Collection, filter, update), cancellation);
        if (reply.IsDuplicate())
        {
            return ChangeOutcome.EmailTaken;
        }

        return reply.HasFound()
            ? ChangeOutcome.Done
            : MongoAds.Judge(await FindDocumentAsync(new("_id", performer.Id), cancellation), performer.Version, change);
    }

    /// <summary>Says that an ad is about to be added, which stops a removal that has not seen it; false if the performer has gone.</summary>
    public async Task<bool> AnnounceAdAsync(string id, CancellationToken cancellation) =>
        (await commands.RunAsync(MongoWrites.Update(Collection, Live(id), new("$inc", new BsonDocument("adds", 1L))), cancellation)).HasFound();

    /// <summary>How many ads were announced, and the version; nothing if there is no such performer.</summary>
    public async Task<(BsonValue Adds, long Version)?> ReadAddsAsync(string id, CancellationToken cancellation) =>
        await FindDocumentAsync(new("_id", id), cancellation) is { } document && !document.Has("removedAt")
            ? (document.GetValue("adds", BsonNull.Value), document["version"].ToInt64())
            : null;

    /// <summary>Removes this version if no ad was announced since; says whether it is gone, by whomever, and whether by this call.</summary>
    public async Task<(bool IsGone, bool ByUs)> RemoveAsync(string id, BsonValue adds, long version, string change, CancellationToken cancellation)
    {
        var update = new BsonDocument
        {
            { "$set", new BsonDocument("change", change) },
            { "$unset", new BsonDocument { { "name", "" }, { "email", "" }, { "emailKey", "" } } },
            { "$currentDate", new BsonDocument { { "changedAt", true }, { "removedAt", true } } },
        };
        if ((await commands.RunAsync(MongoWrites.Update(Collection, Live(id).Add("adds", adds).Add("version", version), update), cancellation)).HasFound())
        {
            return (true, true);
        }

        var held = await FindDocumentAsync(new("_id", id), cancellation);
        return (held is null || held.Has("removedAt"), held?.GetValue("change", BsonNull.Value) == change);
    }

    public async Task<IReadOnlyList<Performer>> ListAsync(ListPlace? after, int limit, CancellationToken cancellation)
    {
        var list = new MongoList(commands, Collection, "createdAt");
        var place = after is { } last ? (last.CreatedAt, last.Id) : ((DateTimeOffset, string)?)null;
        return await list.ReadAsync(new("removedAt", BsonNull.Value), place, limit, cancellation: cancellation).Select(Read).ToListAsync(cancellation);
    }

    /// <summary>Those that were written since a moment of the engine's time, and the marks.</summary>
    public IAsyncEnumerable<CatalogChange> ListChangesAsync((DateTimeOffset Time, string Id)? since, CancellationToken cancellation) =>
        new MongoList(commands, Collection, "changedAt").ReadAsync([], since, cancellation: cancellation).Select(document => document.Has("removedAt")
            ? new CatalogChange(RemovedId: document.Text("_id"))
            : new CatalogChange(Performer: Read(document)));

    private static BsonDocument Live(string id) => new() { { "_id", id }, { "removedAt", BsonNull.Value } };

    private static BsonDocument Fields(Performer performer) => new()
    {
        { "name", performer.Name },
        { "email", performer.Email },
        { "emailKey", performer.EmailKey },
        { "updatedAt", MongoFields.Instant(performer.UpdatedAt) },
        { "version", performer.Version },
    };

    public static BsonDocument Write(Performer performer) =>
        Fields(performer).Merge(new BsonDocument { { "_id", performer.Id }, { "createdAt", MongoFields.Instant(performer.CreatedAt) } });

    public static Performer Read(BsonDocument document) => new(
        document.Text("_id"), document.Text("name"), document.Text("email"), document.Instant("createdAt"), document.Instant("updatedAt"),
        document["version"].ToInt64());

    private async Task<BsonDocument?> FindDocumentAsync(BsonDocument filter, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", Collection }, { "filter", filter }, { "limit", 1 }, { "singleBatch", true } };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().SingleOrDefault();
    }
}
